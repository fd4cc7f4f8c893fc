export function LabPage() {
  return <section class="page" aria-label="Lab" />;
}
