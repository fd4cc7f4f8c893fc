export function LivePage() {
  return <section class="page" aria-label="Live" />;
}
