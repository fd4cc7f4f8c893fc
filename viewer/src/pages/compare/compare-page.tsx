export function ComparePage() {
  return <section class="page" aria-label="Compare" />;
}
