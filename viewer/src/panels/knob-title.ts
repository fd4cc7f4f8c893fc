/** World parameters by names that people read. */

/** motorStrength → motor strength */
export function title(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/\./g, " ")
    .toLowerCase()
    .replace(/ kg$/, "");
}
