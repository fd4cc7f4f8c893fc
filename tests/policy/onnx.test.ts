import { describe, expect, it } from "vitest";
import { createSession, tensor } from "../../src/policy/node/session.js";
import { OnnxGraph } from "../../src/policy/onnx.js";
import { readOnnx } from "./read-onnx.js";

describe("the ONNX writer", () => {
  it("writes bytes that read back as the same graph", () => {
    const graph = new OnnxGraph("small");
    const x = graph.input("x", ["batch", 300]);
    const weight = graph.constant(Float32Array.of(1, -2.5, 3, 4, 5, 6), [2, 3]);
    const y = graph.node("Gemm", [x, weight], { transA: 1, transB: 0 });
    graph.output("y", graph.reshape(y, [-1]), ["batch"]);
    const model = readOnnx(graph.encode({ robot: "ant ü" }));
    expect(model).toMatchObject({
      irVersion: 9,
      opsetVersion: 18,
      metadata: { robot: "ant ü" },
      inputs: [{ name: "x", shape: ["batch", 300] }],
      outputs: [{ name: "y", shape: ["batch"] }],
    });
    const [gemm, reshape] = model.nodes;
    expect(gemm).toMatchObject({ op: "Gemm", attributes: { transA: 1, transB: 0 } });
    expect(gemm.inputs).toEqual(["x", model.constants[0].name]);
    expect(reshape.inputs).toEqual([gemm.outputs[0], model.constants[1].name]);
    expect(reshape.outputs).toEqual(["y"]);
    expect(model.constants[0]).toMatchObject({ shape: [2, 3], dataType: 1 });
    const floats = new Float32Array(model.constants[0].data.slice().buffer);
    expect([...floats]).toEqual([1, -2.5, 3, 4, 5, 6]);
    const integers = new BigInt64Array(model.constants[1].data.slice().buffer);
    expect([...integers]).toEqual([-1n]);
  });

  it("writes a scalar used twice only once", () => {
    const graph = new OnnxGraph("shared");
    expect(graph.scalar(0.5)).toBe(graph.scalar(0.5));
    expect(graph.scalar(0.5)).not.toBe(graph.scalar(2));
  });

  it("makes models that ONNX Runtime computes as written", async () => {
    const graph = new OnnxGraph("pieces");
    const [a, b] = graph.split(graph.input("x", [5]), [2, 3]);
    graph.output("sum", graph.sum(b), [1]);
    graph.output("double", graph.node("Add", [a, a]), [2]);
    const session = await createSession(graph.encode());
    const sum = tensor(new Float32Array(1), [1]);
    const double = tensor(new Float32Array(2), [2]);
    await session.run({ x: tensor(Float32Array.of(1, 2, 3, 4, 5), [5]) }, { sum, double });
    expect([...sum.data]).toEqual([12]);
    expect([...double.data]).toEqual([2, 4]);
    await session.dispose();
  });

  it("is refused with a code when the model makes no sense", async () => {
    const graph = new OnnxGraph("broken");
    graph.output("y", graph.node("NoSuchOperator", [graph.input("x", [1])]), [1]);
    await expect(createSession(graph.encode())).rejects.toMatchObject({ code: "E_ONNX_SESSION" });
  });
});
