/**
 * Writes ONNX models: a graph under construction and its protobuf bytes (onnx.proto, IR version 9,
 * operator set 18). Only what small float networks need: float and int64 constants, integer attributes.
 */

/** A dimension is a number or the name of one known at run time. */
export type Dimension = number | string;

/** A value flowing through the graph, by name. */
export type Value = string;

interface GraphInput {
  readonly name: string;
  readonly shape: readonly Dimension[];
}

interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

interface GraphNode {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, number>>;
}

/** A graph under construction. Every method that makes a value returns its name. */
export class OnnxGraph {
  private readonly inputs: GraphInput[] = [];
  private readonly constants: Constant[] = [];
  private readonly nodes: GraphNode[] = [];
  private readonly outputs: { name: string; value: Value; shape: readonly Dimension[] }[] = [];
  private readonly scalars = new Map<number, Value>();
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, shape: readonly Dimension[]): Value {
    this.inputs.push({ name, shape });
    return name;
  }

  /** A float constant of the given shape. */
  constant(data: Float32Array, shape: readonly number[]): Value {
    const name = `constant${this.constants.length}`;
    this.constants.push({ name, shape, data });
    return name;
  }

  /** A float constant of shape [1]; equal ones are shared. */
  scalar(value: number): Value {
    let name = this.scalars.get(value);
    if (name === undefined) {
      name = this.constant(Float32Array.of(value), [1]);
      this.scalars.set(value, name);
    }
    return name;
  }

  /** A list of int64: shapes, axes and sizes are inputs in this operator set. */
  integers(values: readonly number[]): Value {
    const name = `constant${this.constants.length}`;
    const data = BigInt64Array.from(values, BigInt);
    this.constants.push({ name, shape: [values.length], data });
    return name;
  }

  /** Adds an operator with one output. An empty input name leaves an optional input out. */
  node(op: string, inputs: readonly Value[], attributes: Record<string, number> = {}): Value {
    const [value] = this.addNode(op, inputs, 1, attributes);
    return value;
  }

  /** Cuts a flat vector into consecutive pieces. */
  split(value: Value, sizes: readonly number[]): Value[] {
    return this.addNode("Split", [value, this.integers(sizes)], sizes.length, { axis: 0 });
  }

  /** Cuts rows into the first half and the second. */
  halves(value: Value): Value[] {
    return this.addNode("Split", [value], 2, { axis: 0, num_outputs: 2 });
  }

  /** Entries `from` to `to` − 1 along an axis. */
  slice(value: Value, axis: number, from: number, to: number): Value {
    return this.node("Slice", [
      value,
      this.integers([from]),
      this.integers([to]),
      this.integers([axis]),
    ]);
  }

  reshape(value: Value, shape: readonly number[]): Value {
    return this.node("Reshape", [value, this.integers(shape)]);
  }

  /** Sum over one axis. */
  sumOver(value: Value, axis: number, keepDimension: boolean): Value {
    return this.node("ReduceSum", [value, this.integers([axis])], {
      keepdims: keepDimension ? 1 : 0,
    });
  }

  /** Sum over everything, shape [1]. */
  sum(value: Value): Value {
    return this.reshape(this.node("ReduceSum", [value], { keepdims: 0 }), [1]);
  }

  /** Makes a value visible outside under a name of its own. */
  output(name: string, value: Value, shape: readonly Dimension[]): void {
    this.outputs.push({ name, value, shape });
  }

  /** The model as ONNX bytes. `metadata` becomes the model's metadata properties. */
  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const outputNames = new Map(this.outputs.map(({ name, value }) => [value, name]));
    const rename = (value: Value) => outputNames.get(value) ?? value;
    const graph = new ProtobufWriter();
    for (const node of this.nodes) {
      graph.message(1, (writer) => {
        for (const input of node.inputs) writer.text(1, rename(input));
        for (const output of node.outputs) writer.text(2, rename(output));
        writer.text(4, node.op);
        for (const [name, value] of Object.entries(node.attributes)) {
          writer.message(5, (attribute) => {
            attribute.text(1, name);
            attribute.integer(3, value);
            attribute.integer(20, attributeTypeInt);
          });
        }
      });
    }
    graph.text(2, this.name);
    for (const { name, shape, data } of this.constants) {
      graph.message(5, (tensor) => {
        for (const size of shape) tensor.integer(1, size);
        tensor.integer(2, data instanceof Float32Array ? dataTypeFloat : dataTypeInt64);
        tensor.text(8, name);
        tensor.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      });
    }
    for (const { name, shape } of this.inputs) writeValueInfo(graph, 11, name, shape);
    for (const { name, shape } of this.outputs) writeValueInfo(graph, 12, name, shape);

    const model = new ProtobufWriter();
    model.integer(1, irVersion);
    model.text(2, "rewardsmith");
    model.bytes(7, graph.finish());
    model.message(8, (opset) => {
      opset.text(1, "");
      opset.integer(2, opsetVersion);
    });
    for (const [key, value] of Object.entries(metadata)) {
      model.message(14, (entry) => {
        entry.text(1, key);
        entry.text(2, value);
      });
    }
    return model.finish();
  }

  private addNode(
    op: string,
    inputs: readonly Value[],
    outputCount: number,
    attributes: Record<string, number>,
  ): Value[] {
    const outputs = Array.from({ length: outputCount }, (_, i) => `v${this.nodes.length}_${i}`);
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }
}

const irVersion = 9;
const opsetVersion = 18;
const attributeTypeInt = 2;
const dataTypeFloat = 1;
const dataTypeInt64 = 7;

function writeValueInfo(
  graph: ProtobufWriter,
  field: number,
  name: string,
  shape: readonly Dimension[],
): void {
  graph.message(field, (info) => {
    info.text(1, name);
    info.message(2, (type) =>
      type.message(1, (tensor) => {
        tensor.integer(1, dataTypeFloat);
        tensor.message(2, (shapeWriter) => {
          for (const size of shape) {
            shapeWriter.message(1, (dimension) => {
              if (typeof size === "number") dimension.integer(1, size);
              else dimension.text(2, size);
            });
          }
        });
      }),
    );
  });
}

/** The two wire types needed: varint (0) and length-delimited (2). */
class ProtobufWriter {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;

  /** A non-negative integer. */
  integer(field: number, value: number): void {
    this.push(varint(field * 8));
    this.push(varint(value));
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.push(varint(field * 8 + 2));
    this.push(varint(bytes.length));
    this.push(bytes);
  }

  text(field: number, text: string): void {
    this.bytes(field, new TextEncoder().encode(text));
  }

  message(field: number, write: (writer: ProtobufWriter) => void): void {
    const writer = new ProtobufWriter();
    write(writer);
    this.bytes(field, writer.finish());
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  private push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
  }
}

/** Seven bits a byte, lowest first; the top bit says that more follow. Exact up to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
