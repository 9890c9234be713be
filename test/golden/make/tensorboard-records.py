"""Records of pipeline/tensorboard/event-record.test.ts, as TensorBoard's own writer has them.

pip install tensorboard; python test/golden/make/tensorboard-records.py
"""

import io

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

TIME = 1_700_000_000.25
SCALARS = [("train/loss", 1.5), ("train/waitMs", 0.0)]
EVENTS = [
    event_pb2.Event(wall_time=TIME, step=312, file_version="brain.Event:2"),
    event_pb2.Event(wall_time=TIME, step=312, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
    event_pb2.Event(
        wall_time=TIME,
        step=312,
        summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in SCALARS]),
    ),
]

for event in EVENTS:
    file = io.BytesIO()
    RecordWriter(file).write(event.SerializeToString())
    print(file.getvalue().hex())
