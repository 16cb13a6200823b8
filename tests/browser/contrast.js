// Texts of the page whose contrast to what lies behind them is below 4.5:1, as [text, ratio].
() => {
  const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const rgba = (colour) => {
    const [r = 0, g = 0, b = 0, a = 1] = parts(colour);
    const scale = colour.startsWith("color(srgb") ? 255 : 1;
    return [r * scale, g * scale, b * scale, a];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const part = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2]);
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width && box.height && getComputedStyle(element).visibility === "visible";
  };
  const ratio = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.push(getComputedStyle(at));
    const behind = chain.reduceRight((below, style) => over(rgba(style.backgroundColor), below), [255, 255, 255, 1]);
    const ink = rgba(chain[0].color);
    ink[3] *= chain.reduce((opacity, style) => opacity * parseFloat(style.opacity), 1);
    const [dark, bright] = [light(over(ink, behind)), light(behind)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || ["STYLE", "SCRIPT", "NOSCRIPT"].includes(element.tagName) || !visible(element)) continue;
    if (ratio(element) < 4.5) found.push([text, ratio(element).toFixed(2)]);
  }
  return found;
}
