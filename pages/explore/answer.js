export default async function (component) {
  if (!component.data?.byteLength) return;
  const { answer } = await import(new URL("MODULE", location.origin).href);
  answer(component);
}
