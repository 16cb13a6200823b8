export default async function (component) {
  if (!component.data?.byteLength) return;
  const { receive } = await import(new URL("MODULE", location.origin).href);
  receive(component);
}
