/** Colours of the picture, as CSS writes them. */
export interface StagePalette {
  readonly ground: string;
  readonly line: string;
  readonly faded: string;
  readonly terrain: string;
  readonly accent: string;
  readonly light: boolean;
}
