// Print, once a press: what of the page is printed, its style says.
{
  const { time } = document.currentScript.dataset
  if (window.printedAt !== time) {
    window.printedAt = time
    setTimeout(() => window.print(), 300)
  }
}
