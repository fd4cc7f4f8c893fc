/** A reader of ONNX bytes, written from onnx.proto alone, so that the writer is checked against it. */
export interface ReadModel {
  irVersion: number;
  opsetVersion: number;
  metadata: Record<string, string>;
  nodes: { op: string; inputs: string[]; outputs: string[]; attributes: Record<string, number> }[];
  constants: { name: string; shape: number[]; dataType: number; data: Uint8Array }[];
  inputs: { name: string; shape: (number | string)[] }[];
  outputs: { name: string; shape: (number | string)[] }[];
}

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

export function readOnnx(bytes: Uint8Array): ReadModel {
  const model = fields(bytes);
  const graph = fields(message(model, 7));
  const opset = fields(message(model, 8));
  return {
    irVersion: integer(model, 1),
    opsetVersion: integer(opset, 2),
    metadata: Object.fromEntries(
      messages(model, 14).map((entry) => [text(fields(entry), 1), text(fields(entry), 2)]),
    ),
    nodes: messages(graph, 1).map((bytes) => {
      const node = fields(bytes);
      return {
        op: text(node, 4),
        inputs: messages(node, 1).map(decode),
        outputs: messages(node, 2).map(decode),
        attributes: Object.fromEntries(
          messages(node, 5).map((attribute) => {
            const parts = fields(attribute);
            if (integer(parts, 20) !== 2) throw new Error("an attribute is no integer");
            return [text(parts, 1), integer(parts, 3)];
          }),
        ),
      };
    }),
    constants: messages(graph, 5).map((bytes) => {
      const tensor = fields(bytes);
      return {
        name: text(tensor, 8),
        shape: tensor.filter((field) => field.number === 1).map((field) => Number(field.value)),
        dataType: integer(tensor, 2),
        data: message(tensor, 9),
      };
    }),
    inputs: messages(graph, 11).map(readValueInfo),
    outputs: messages(graph, 12).map(readValueInfo),
  };
}

function readValueInfo(bytes: Uint8Array) {
  const info = fields(bytes);
  const tensor = fields(message(fields(message(info, 2)), 1));
  const shape = messages(fields(message(tensor, 2)), 1).map((bytes) => {
    const [dimension] = fields(bytes);
    return dimension.number === 1 ? Number(dimension.value) : decode(dimension.value as Uint8Array);
  });
  return { name: text(info, 1), shape };
}

function fields(bytes: Uint8Array): Field[] {
  const result: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("a number runs past the end");
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) result.push({ number, value: varint() });
    else if (tag % 8 === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new Error("a field runs past the end");
      result.push({ number, value: bytes.subarray(at, at + length) });
      at += length;
    } else throw new Error(`unknown wire type ${tag % 8}`);
  }
  return result;
}

function messages(all: Field[], number: number): Uint8Array[] {
  return all.filter((field) => field.number === number).map((field) => field.value as Uint8Array);
}

function message(all: Field[], number: number): Uint8Array {
  return messages(all, number)[0] ?? new Uint8Array(0);
}

function integer(all: Field[], number: number): number {
  return Number(all.find((field) => field.number === number)?.value ?? 0);
}

function text(all: Field[], number: number): string {
  return decode(message(all, number));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
