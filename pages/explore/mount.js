export default async function (component) {
  try {
    const { mount } = await import(new URL("MODULE", location.origin).href);
    return mount(component);
  } catch {
    component.parentElement.textContent = component.data.words.failed;
  }
}
