#!/usr/bin/env python3
"""A training step of one of our students in PyTorch: same network, weights, batch, targets, losses and optimizer. Prints one JSON line.

  student_step.py FOLDER [--steps 20] [--threads 2]

FOLDER holds student.onnx, and batch.json with batch.bin: named tensors, and the settings of the training. The network is read from the
ONNX graph node by node and runs channels-last. Targets are fixed: those that our assigner chose in each of the first steps, whose losses
are printed to be compared with ours; the timed steps take the last of them, so that no assigner is timed here.
Shape letters: B batch, A anchors, K classes, R bins, M prototypes, P positives, Q positives with a mask, H W the prototypes' grid.
"""
import argparse
import json
import os
import statistics
import time

import numpy as np

try:
    import onnx
    import torch
    import torch.nn.functional as F
    from onnx import numpy_helper
except ImportError as missing:
    raise SystemExit(json.dumps({"error": f"Python lacks a package: {missing}"}))

RUNNING_KEPT = 0.97
WARM_UP_STEPS = 3


def kept_share(decay, step):
    """Share of a moving average that stays: less in the first steps."""
    return min(decay, (1 + step) / (10 + step))


class Network:
    """The part of an ONNX graph that the head's values need, as torch functions; `parameters` in the order of the file."""

    def __init__(self, graph, head):
        arrays = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        self.head = head
        self.nodes = needed(graph.node, head)
        self.input = graph.input[0].name
        self.parameters, self.decays, self.running = {}, {}, {}
        for node in self.nodes:
            if node.op_type == "Conv":
                self.learn(arrays, node.input[1:2], True)
                self.learn(arrays, node.input[2:3], False)
            if node.op_type == "BatchNormalization":
                self.learn(arrays, node.input[1:3], False)
                self.running.update({name: arrays[name] for name in node.input[3:5]})
        readers = [name for node in self.nodes for name in node.input]
        self.read_once = {name for name in readers if readers.count(name) == 1} - set(head)

    def learn(self, arrays, names, decays):
        for name in names:
            layout = torch.channels_last if arrays[name].dim() == 4 else torch.contiguous_format
            self.parameters[name] = torch.nn.Parameter(arrays[name].to(memory_format=layout))
            self.decays[name] = decays

    def run(self, images, step):
        values = {self.input: images}
        momentum = 1 - kept_share(RUNNING_KEPT, step)
        for node in self.nodes:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = self.apply(node, attributes, values, momentum)
        return [values[name] for name in self.head]

    def apply(self, node, attributes, values, momentum):
        x = values[node.input[0]]
        weights = [self.parameters.get(name) for name in node.input[1:3]]
        match node.op_type:
            case "Conv":
                return convolution(x, *(weights + [None])[:2], attributes)
            case "BatchNormalization":
                mean, variance = (self.running[name] for name in node.input[3:5])
                return F.batch_norm(x, mean, variance, *weights, training=True, momentum=momentum, eps=attributes["epsilon"])
            case "Relu":
                # In place where nobody else reads it: batch norm and sums do not need what they gave.
                return F.relu(x, inplace=node.input[0] in self.read_once)
            case "Add":
                return x + values[node.input[1]]
            case "Concat":
                return torch.cat([values[name] for name in node.input], 1)
            case "Resize":
                return F.interpolate(x, scale_factor=2.0, mode="nearest")
        raise SystemExit(json.dumps({"error": f"student_step.py does not know the operator {node.op_type}"}))


def needed(nodes, wanted):
    names, kept = set(wanted), []
    for node in reversed(nodes):
        if names & set(node.output):
            kept.insert(0, node)
            names |= set(node.input)
    return kept


def convolution(x, weight, bias, attributes):
    """TensorFlow's SAME: an odd pixel of padding lies right and below."""
    kernel, stride = attributes["kernel_shape"][0], attributes["strides"][0]
    if stride == 1:
        return F.conv2d(x, weight, bias, 1, kernel // 2)
    return F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, bias, stride)


def flat(maps, channels):
    """[B, C, h, w] of every level, channels last, to [B, A, C]."""
    return torch.cat([m.permute(0, 2, 3, 1).reshape(m.shape[0], -1, channels) for m in maps], 1)


def losses(outputs, t, spec):
    """Class, box, distribution and mask losses; weights in `t` hold their normalisation."""
    levels = len(spec["head"]["levels"])
    bins, count = spec["bins"], spec["prototypes"]
    classes = flat(outputs[:levels], len(spec["classNames"]))
    boxes = flat(outputs[levels : 2 * levels], 4 * bins).reshape(-1, 4 * bins)
    coefficients = flat(outputs[2 * levels : 3 * levels], count).reshape(-1, count)
    class_loss = F.binary_cross_entropy_with_logits(classes, t["classTargets"], weight=t["classWeights"][..., None], reduction="sum")
    box_loss, dfl_loss = box_losses(boxes[t["positiveRows"]].reshape(-1, 4, bins), t, bins)
    return class_loss, box_loss, dfl_loss, mask_loss(coefficients, outputs[-1], t)


def box_losses(logits, t, bins):
    """[P, 4, R] logits. CIoU (Zheng et al., AAAI 2020), its alpha without gradient; distribution focal loss (Li et al., NeurIPS 2020)."""
    wanted, weights = t["distances"], t["boxWeights"]
    distances = logits.softmax(2) @ torch.arange(bins, dtype=torch.float32)
    box_loss = (weights * (1 - ciou(-distances[:, :2], distances[:, 2:], -wanted[:, :2], wanted[:, 2:]))).sum()
    place = wanted.clamp(0, bins - 1 - 0.01)
    lower = place.floor()
    shares = -logits.log_softmax(2)
    at = lower.long()[..., None]
    each = shares.gather(2, at)[..., 0] * (lower + 1 - place) + shares.gather(2, at + 1)[..., 0] * (place - lower)
    return box_loss, (weights * each.mean(1)).sum()


EPSILON = 1e-9


def ciou(first, second, wanted_first, wanted_second):
    size, wanted = second - first, wanted_second - wanted_first
    overlap = (torch.minimum(second, wanted_second) - torch.maximum(first, wanted_first)).clamp(min=0).prod(1)
    iou = overlap / (size.prod(1) + wanted.prod(1) - overlap + EPSILON)
    hull = torch.maximum(second, wanted_second) - torch.minimum(first, wanted_first)
    apart = ((first + second - wanted_first - wanted_second) ** 2).sum(1) / 4
    shape = 4 / np.pi**2 * (torch.atan(wanted[:, 0] / (wanted[:, 1] + EPSILON)) - torch.atan(size[:, 0] / (size[:, 1] + EPSILON))) ** 2
    with torch.no_grad():
        alpha = shape / (1 - iou + shape + EPSILON)
    return iou - apart / ((hull**2).sum(1) + EPSILON) - alpha * shape


def mask_loss(coefficients, prototypes, t):
    """Mean of cross-entropy and Dice at the chosen cells; [B, Q, HW] weights of 0 leave the others out."""
    batch, count = prototypes.shape[:2]
    rows = coefficients[t["maskRows"].reshape(-1)].reshape(batch, -1, count)
    logits = rows @ prototypes.permute(0, 2, 3, 1).reshape(batch, -1, count).transpose(1, 2)
    entropy = F.binary_cross_entropy_with_logits(logits, t["cellTargets"], weight=t["cellWeights"], reduction="sum")
    shares = logits.sigmoid() * t["cells"]
    common = (shares * t["cellTargets"]).sum(2)
    dice = 1 - (2 * common + 1) / ((shares**2).sum(2) + t["cellSquares"] + 1)
    return (entropy + (t["maskWeights"] * dice).sum()) / 2


class Training:
    def __init__(self, folder):
        with open(os.path.join(folder, "batch.json")) as file:
            self.facts = json.load(file)
        self.settings = self.facts["settings"]
        self.tensors = tensors(folder, self.facts["tensors"])
        model = onnx.load(os.path.join(folder, "student.onnx"))
        self.spec = json.loads(next(p.value for p in model.metadata_props if p.key == "selfpaste.student"))
        head = self.spec["head"]
        self.network = Network(model.graph, [l[k] for k in ("classes", "box", "coefficients") for l in head["levels"]] + [head["prototypes"]])
        images = self.tensors["images"].permute(0, 3, 1, 2).float() / 255
        self.images = images.contiguous(memory_format=torch.channels_last)
        self.targets = [prepared(self.tensors, step, self.spec) for step in range(self.facts["steps"])]
        self.optimizer = self.make_optimizer()
        self.weights = list(self.network.parameters.values())
        self.average = [weight.detach().clone() for weight in self.weights]
        self.step_count = 0

    def make_optimizer(self):
        groups = [[], []]
        for name, weight in self.network.parameters.items():
            groups[self.network.decays[name]].append(weight)
        decays = [{"params": groups[1], "weight_decay": self.settings["weightDecay"]}, {"params": groups[0], "weight_decay": 0.0}]
        return torch.optim.AdamW(decays, lr=self.settings["learningRate"], betas=(0.9, 0.999), eps=1e-8, fused=True)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        target = self.targets[min(self.step_count, len(self.targets) - 1)]
        parts = losses(self.network.run(self.images, self.step_count), target, self.spec)
        weights = (1, self.settings["boxWeight"], self.settings["dflWeight"], self.settings["maskWeight"])
        total = sum(weight * part for weight, part in zip(weights, parts))
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.weights, self.settings["clipNorm"], foreach=True)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.weights, 1 - kept_share(self.settings["emaDecay"], self.step_count))
        self.step_count += 1
        return [value.item() for value in (total, *parts)]


def tensors(folder, facts):
    data = np.fromfile(os.path.join(folder, "batch.bin"), np.uint8)
    return {
        fact["name"]: torch.from_numpy(
            data[fact["offset"] : fact["offset"] + int(np.prod(fact["shape"])) * np.dtype(fact["type"]).itemsize]
            .view(fact["type"])
            .reshape(fact["shape"])
            .copy()
        )
        for fact in facts
    }


def prepared(all_tensors, step, spec):
    """A step's targets with its mask cells as dense planes [B, Q, HW], which one matrix product serves."""
    t = {name.split("/")[1]: value for name, value in all_tensors.items() if name.startswith(f"{step}/")}
    batch = all_tensors["images"].shape[0]
    cells = (spec["inputSize"] // spec["strides"]["prototype"]) ** 2
    image = t["maskPositives"].long() // t["classWeights"].shape[1]
    slot = torch.cat([torch.arange(int((image == b).sum())) for b in range(batch)])
    planes = int(slot.max()) + 1 if len(slot) else 1
    t["maskRows"] = torch.zeros(batch, planes, dtype=torch.long).index_put((image, slot), t["maskPositives"].long())
    t["maskWeights"] = torch.zeros(batch, planes).index_put((image, slot), t["maskPositiveWeights"])
    owner = t["cellOwners"].long()
    at = (image[owner], slot[owner], t["cellRows"].long() % cells)
    sizes = torch.bincount(owner, minlength=len(image)).float()
    empty = torch.zeros(batch, planes, cells)
    t["cells"] = empty.index_put(at, torch.ones(len(owner)))
    t["cellTargets"] = empty.index_put(at, t["cellTargets"])
    t["cellSquares"] = (t["cellTargets"] ** 2).sum(2)
    t["cellWeights"] = empty.index_put(at, (t["maskPositiveWeights"] / sizes)[owner])
    t["positiveRows"] = t["positiveRows"].long()
    return t


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    training = Training(arguments.folder)
    names = ("loss", "classLoss", "boxLoss", "dflLoss", "maskLoss")
    first = [dict(zip(names, training.step())) for _ in training.targets]
    for _ in range(WARM_UP_STEPS):
        training.step()
    wall, cpu_before = [], time.process_time()
    for _ in range(arguments.steps):
        before = time.perf_counter()
        training.step()
        wall.append(1000 * (time.perf_counter() - before))
    cpu = 1000 * (time.process_time() - cpu_before) / arguments.steps
    batch = len(training.images)
    rates = {"images_per_s": 1000 * batch / statistics.median(wall), "cpu_ms_per_image": cpu / batch}
    print(json.dumps({"torch": torch.__version__, "losses": first, **rates}))


if __name__ == "__main__":
    main()
