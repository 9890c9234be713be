#!/usr/bin/env python3
"""Makes test/golden/onnx-operators.json: what the ONNX project says its operators do (onnx 1.23.1, onnxruntime 1.30.0).

  python3 test/golden/make/onnx-operators.py > test/golden/onnx-operators.json

First every case in float32 or whole numbers of the operators that the student's importer knows, out of the project's own operator tests,
but for LEFT_OUT; cases that the importer refuses are among them. Then cases of MORE: variants that real exports have and those tests lack,
with outputs by the project's reference evaluator, and by ONNX Runtime where that evaluator takes newer operator sets' meaning for an old
one. A case is a model of one node; tensors are little-endian, base64. The inputs that the importer needs as constants (all but the first)
are made initializers by the test.
"""
import base64
import json
import re
import sys

import numpy as np
from onnx import TensorProto, helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator
from onnxruntime import InferenceSession

CLAIMED = """Conv ConvTranspose BatchNormalization Relu LeakyRelu Sigmoid Softplus Add Sub Mul Div Identity Concat Split Slice Resize
MaxPool GlobalAveragePool Softmax MatMul Transpose Reshape Constant Unsqueeze Squeeze Cast Shape Gather""".split()
# The arithmetic of shapes.
INTEGERS = "Shape Gather Slice Concat Identity Unsqueeze Squeeze Reshape Cast Add Sub Mul Div".split()
TYPES = {TensorProto.FLOAT: ("float32", "<f4"), TensorProto.INT64: ("int64", "<i8"), TensorProto.INT32: ("int32", "<i4")}
# By name, and why. Cases of other element types fall away by themselves.
LEFT_OUT = {
    r"^(maxpool_3d_.*|averagepool_.*)$": "large inputs of a rank that is refused as convtranspose_3d and maxpool_1d are",
    r"^clip_.*_expanded$": "a test of Clip's definition by other operators",
    r"^.*_zero_size_splits_.*|reshape_allowzero_.*$": "tensors without elements, which no picture has",
}


def encoded(array):
    array = np.asarray(array)
    name, layout = next((entry for entry in TYPES.values() if entry[0] == array.dtype.name), TYPES[TensorProto.FLOAT])
    return {"type": name, "dims": list(array.shape), "data": base64.b64encode(array.astype(layout).tobytes()).decode()}


def case(name, model, inputs, outputs):
    return {
        "name": name,
        "model": base64.b64encode(model.SerializeToString()).decode(),
        "inputs": [{"name": value.name, **encoded(array)} for value, array in zip(model.graph.input, inputs)],
        "outputs": [{"name": value.name, **encoded(array)} for value, array in zip(model.graph.output, outputs)],
    }


def official():
    for test in collect_testcases(None):
        graph = test.model.graph
        name = test.name.removeprefix("test_")
        if len(graph.node) != 1 or graph.node[0].op_type not in CLAIMED or any(re.match(key, name) for key in LEFT_OUT):
            continue
        types = [value.type.tensor_type.elem_type for value in graph.input]
        results = [value.type.tensor_type.elem_type for value in graph.output]
        if any(kind not in TYPES for kind in types + results):
            continue
        isFloat = TensorProto.FLOAT in results and (not types or types[0] == TensorProto.FLOAT)
        isInteger = TensorProto.FLOAT not in results and graph.node[0].op_type in INTEGERS
        if not isFloat and not isInteger:
            continue
        inputs, outputs = test.data_sets[0]
        yield case(name, test.model, inputs, outputs)


RNG = np.random.Generator(np.random.PCG64(5))


def random(*dims):
    return RNG.uniform(-2, 2, dims).astype(np.float32)


def ints(*values):
    return np.array(values, dtype=np.int64)


def conv(x, w, group=1, bias=False, **attributes):
    inputs = [random(*x), random(*w)] + ([random(w[0])] if bias else [])
    return "Conv", inputs, {"group": group, **attributes}


# name -> operator, inputs, attributes, and the operator set's version where it is not 17
MORE = {
    "conv_bias": (*conv((2, 3, 6, 5), (4, 3, 3, 3), bias=True, pads=[1, 1, 1, 1]),),
    "conv_stride_2_even": (*conv((2, 3, 8, 6), (4, 3, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2]),),
    "conv_stride_2_odd": (*conv((2, 3, 7, 9), (4, 3, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2]),),
    "conv_1x1_stride_2": (*conv((1, 3, 7, 8), (4, 3, 1, 1), strides=[2, 2]),),
    "conv_same_upper_stride_2": (*conv((1, 3, 8, 7), (4, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2]),),
    "conv_same_lower_stride_2": (*conv((1, 3, 8, 7), (4, 3, 3, 3), auto_pad="SAME_LOWER", strides=[2, 2]),),
    "conv_valid": (*conv((1, 3, 8, 7), (4, 3, 3, 3), auto_pad="VALID"),),
    "conv_one_sided_pads": (*conv((1, 2, 5, 6), (3, 2, 3, 3), pads=[2, 0, 0, 1]),),
    "conv_dilated_1x1": (*conv((1, 2, 5, 6), (3, 2, 1, 1), dilations=[2, 2]),),
    "conv_dilated": (*conv((1, 2, 7, 6), (3, 2, 3, 3), dilations=[2, 2]),),
    "conv_groups": (*conv((2, 6, 5, 4), (4, 3, 3, 3), group=2, bias=True, pads=[1, 1, 1, 1]),),
    "conv_depthwise": (*conv((2, 4, 6, 5), (4, 1, 3, 3), group=4, bias=True, pads=[1, 1, 1, 1]),),
    "conv_depthwise_stride_2": (*conv((2, 4, 6, 8), (4, 1, 3, 3), group=4, pads=[1, 1, 1, 1], strides=[2, 2]),),
    "conv_depthwise_twofold": (*conv((1, 3, 6, 5), (6, 1, 3, 3), group=3, pads=[1, 1, 1, 1]),),
    "conv_depthwise_unequal_strides": (*conv((1, 3, 6, 5), (3, 1, 3, 3), group=3, strides=[2, 1]),),
    "convtranspose_2x2": ("ConvTranspose", [random(2, 3, 4, 5), random(3, 2, 2, 2), random(2)], {"strides": [2, 2]}),
    "convtranspose_output_padding": (
        "ConvTranspose",
        [random(1, 3, 4, 5), random(3, 2, 3, 3)],
        {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]},
    ),
    "maxpool_5x5": ("MaxPool", [random(2, 3, 7, 6)], {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]}),
    "maxpool_stride_2_pads": ("MaxPool", [random(2, 3, 8, 6) - 5], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]}),
    "add_channels": ("Add", [random(2, 3, 4, 5), random(1, 3, 1, 1)], {}),
    "mul_channels_of_three_axes": ("Mul", [random(2, 3, 4, 5), random(3, 1, 1)], {}),
    "sub_scalar": ("Sub", [random(2, 3, 4, 5), random()], {}),
    "div_row": ("Div", [random(2, 3, 4, 5), random(5) + 3], {}),
    "softmax_channels": ("Softmax", [random(2, 3, 4, 5)], {"axis": 1}),
    "softmax_old": ("Softmax", [random(2, 3, 4, 5)], {"axis": 2}, 11),
    "softmax_old_default": ("Softmax", [random(2, 3, 4)], {}, 11),
    "split_channels": ("Split", [random(2, 6, 3, 4), ints(2, 4)], {"axis": 1}),
    "split_old": ("Split", [random(2, 6, 3, 4)], {"axis": 1, "split": [1, 5]}, 11),
    "slice_channels": ("Slice", [random(2, 6, 3, 4), ints(1, -3), ints(5, 9), ints(1, 3)], {}),
    "slice_old": ("Slice", [random(2, 6, 3, 4)], {"axes": [1, 2], "starts": [1, 0], "ends": [-1, 2]}, 9),
    "squeeze_old": ("Squeeze", [random(2, 1, 3, 1)], {"axes": [1]}, 11),
    "squeeze_all": ("Squeeze", [random(2, 1, 3, 1)], {}),
    "unsqueeze_old": ("Unsqueeze", [random(2, 3)], {"axes": [0, 3]}, 11),
    "transpose_features": ("Transpose", [random(2, 3, 4, 5)], {"perm": [0, 2, 3, 1]}),
    "concat_channels": ("Concat", [random(2, 3, 4, 5), random(2, 1, 4, 5)], {"axis": 1}),
    "concat_rows": ("Concat", [random(2, 3, 4, 5), random(2, 3, 2, 5)], {"axis": -2}),
    "reshape_features": ("Reshape", [random(2, 3, 4, 5), ints(0, 3, -1)], {}),
    "matmul_matrix": ("MatMul", [random(2, 3, 4, 5), random(5, 2)], {}),
    "resize_doubled": (
        "Resize",
        [random(2, 3, 4, 5), np.array([], np.float32), np.array([1, 1, 2, 2], np.float32)],
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
    ),
    "resize_tripled_half_pixel": (
        "Resize",
        [random(1, 2, 3, 4), np.array([], np.float32), np.array([1, 1, 3, 2], np.float32)],
        {"mode": "nearest", "coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_ceil"},
    ),
    "resize_sizes_floor": (
        "Resize",
        [random(1, 2, 3, 4), np.array([], np.float32), np.array([], np.float32), ints(1, 2, 5, 6)],
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
    ),
    "resize_linear_doubled": (
        "Resize",
        [random(1, 2, 3, 4), np.array([], np.float32), np.array([1, 1, 2, 2], np.float32)],
        {"mode": "linear", "coordinate_transformation_mode": "asymmetric"},
    ),
    "resize_linear_sizes": (
        "Resize",
        [random(1, 2, 3, 4), np.array([], np.float32), np.array([], np.float32), ints(1, 2, 5, 7)],
        {"mode": "linear", "coordinate_transformation_mode": "half_pixel"},
    ),
    "cast_float": ("Cast", [random(2, 3, 4, 5)], {"to": TensorProto.FLOAT}),
    "cast_double": ("Cast", [random(2, 3)], {"to": TensorProto.DOUBLE}),
    "shape_features": ("Shape", [random(2, 3, 4, 5)], {}),
    "shape_features_part": ("Shape", [random(2, 3, 4, 5)], {"start": 1, "end": -1}),
    "gather_of_shape": ("Gather", [ints(2, 3, 4, 5), ints(2, -1, 0)], {"axis": 0}),
    "gather_of_shape_one": ("Gather", [ints(2, 3, 4, 5), np.array(-2, np.int64)], {}),
    "slice_of_shape": ("Slice", [ints(2, 3, 4, 5), ints(-3), ints(9), ints(0)], {}),
    "slice_of_shape_negative_end": ("Slice", [ints(2, 3, 4, 5), ints(0), ints(-1)], {}),
    "slice_of_shape_steps": ("Slice", [ints(2, 3, 4, 5), ints(0), ints(4), ints(0), ints(2)], {}),
    "concat_of_shapes": ("Concat", [ints(2), ints(3, 4), ints(-1)], {"axis": 0}),
    "identity_of_shape": ("Identity", [ints(2, 3)], {}),
    "unsqueeze_of_shape": ("Unsqueeze", [np.array(7, np.int64), ints(0)], {}),
    "squeeze_of_shape": ("Squeeze", [ints(7), ints(0)], {}),
    "reshape_of_shape": ("Reshape", [ints(7), ints(-1)], {}),
    "cast_of_shape": ("Cast", [ints(2, 3)], {"to": TensorProto.INT32}),
    "cast_of_shape_to_float": ("Cast", [ints(2, 3)], {"to": TensorProto.FLOAT}),
    "add_of_shapes": ("Add", [ints(2, 3, 4), ints(10)], {}),
    "sub_of_shapes": ("Sub", [ints(1), ints(2, 3, 4)], {}),
    "mul_of_shapes": ("Mul", [ints(2, -3, 4), ints(5, 6, 7)], {}),
    "div_of_shapes": ("Div", [ints(7, -7, 8), ints(2)], {}),
}


def more(name, operator, inputs, attributes, opset=17):
    letters = "abcde"[: len(inputs)]
    # An empty input is one that is absent.
    names = ["" if array.ndim == 1 and array.size == 0 else letter for letter, array in zip(letters, inputs)]
    given = {letter: array for letter, array in zip(names, inputs) if letter != ""}
    kinds = {"f": TensorProto.FLOAT, "i": TensorProto.INT64}
    result = attributes["to"] if operator == "Cast" else TensorProto.INT64 if operator == "Shape" else kinds[inputs[0].dtype.kind]
    outputs = ["y", "z"] if operator == "Split" else ["y"]
    graph = helper.make_graph(
        [helper.make_node(operator, names, outputs, **attributes)],
        name,
        [helper.make_tensor_value_info(letter, kinds[array.dtype.kind], array.shape) for letter, array in given.items()],
        [helper.make_tensor_value_info(output, result, None) for output in outputs],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    # The evaluator takes the newer Softmax for every version.
    run = by_runtime if operator == "Softmax" and opset < 13 else by_evaluator
    return case(name, model, list(given.values()), run(model, given))


def by_evaluator(model, given):
    return ReferenceEvaluator(model).run(None, given)


def by_runtime(model, given):
    model.ir_version = 8
    return InferenceSession(model.SerializeToString()).run(None, given)


cases = list(official()) + [more(name, *spec) for name, spec in MORE.items()]
json.dump({"onnx": "1.23.1", "cases": cases}, sys.stdout, indent=0)
print(file=sys.stdout)
