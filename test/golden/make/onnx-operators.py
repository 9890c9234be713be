#!/usr/bin/env python3
"""Makes test/golden/onnx-operators.json: what the ONNX project says its operators do (onnx 1.23.1).

  python3 test/golden/make/onnx-operators.py > test/golden/onnx-operators.json

First every float32 case of the operators that the student's importer knows, out of the project's own operator tests, but for LEFT_OUT;
cases that the importer refuses are among them. Then cases of MORE: variants that real exports have and those tests lack, with outputs by
the project's reference evaluator. A case is a model of one node; tensors are little-endian, base64. The inputs that the importer
needs as constants (all but the first) are made initializers by the test.
"""
import base64
import json
import re
import sys

import numpy as np
from onnx import TensorProto, helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

CLAIMED = """Conv ConvTranspose BatchNormalization Relu LeakyRelu Sigmoid Softplus Add Sub Mul Div Identity Concat Split Slice Resize
MaxPool GlobalAveragePool Softmax MatMul Transpose Reshape Constant Unsqueeze Squeeze""".split()
TYPES = {TensorProto.FLOAT: "<f4", TensorProto.INT64: "<i8"}
# By name, and why. Cases of other element types fall away by themselves.
LEFT_OUT = {
    r"^(maxpool_3d_.*|averagepool_.*)$": "large inputs of a rank that is refused as convtranspose_3d and maxpool_1d are",
    r"^clip_.*_expanded$": "a test of Clip's definition by other operators",
    r"^.*_zero_size_splits_.*|reshape_allowzero_.*$": "tensors without elements, which no picture has",
}


def encoded(array):
    array = np.asarray(array)
    kind = "int64" if array.dtype == np.int64 else "float32"
    return {"type": kind, "dims": list(array.shape), "data": base64.b64encode(array.astype(TYPES[TensorProto.INT64 if kind == "int64" else TensorProto.FLOAT]).tobytes()).decode()}


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
        if any(kind not in TYPES for kind in types + results) or TensorProto.FLOAT not in types + results:
            continue
        if TensorProto.FLOAT not in types[:1] and types:
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
}


def more(name, operator, inputs, attributes, opset=17):
    letters = "abcde"[: len(inputs)]
    # An empty input is one that is absent.
    names = ["" if array.ndim == 1 and array.size == 0 else letter for letter, array in zip(letters, inputs)]
    given = {letter: array for letter, array in zip(names, inputs) if letter != ""}
    kinds = {"f": TensorProto.FLOAT, "i": TensorProto.INT64}
    outputs = ["y", "z"] if operator == "Split" else ["y"]
    graph = helper.make_graph(
        [helper.make_node(operator, names, outputs, **attributes)],
        name,
        [helper.make_tensor_value_info(letter, kinds[array.dtype.kind], array.shape) for letter, array in given.items()],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None) for output in outputs],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    results = ReferenceEvaluator(model).run(None, given)
    if operator == "Softmax" and opset < 13:
        # The evaluator takes the newer meaning for every version; the older one is over all axes from this one on.
        flat = inputs[0].reshape(int(np.prod(inputs[0].shape[: attributes.get("axis", 1)])), -1)
        shares = np.exp(flat - flat.max(axis=1, keepdims=True))
        results = [(shares / shares.sum(axis=1, keepdims=True)).reshape(inputs[0].shape)]
    return case(name, model, list(given.values()), results)


cases = list(official()) + [more(name, *spec) for name, spec in MORE.items()]
json.dump({"onnx": "1.23.1", "cases": cases}, sys.stdout, indent=0)
print(file=sys.stdout)
