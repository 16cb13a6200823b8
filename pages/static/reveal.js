// Bring into sight what came of a press.
{
  const { key } = document.currentScript.dataset
  setTimeout(() => {
    const shown = document.querySelector(`.st-key-${key}`)
    if (!shown) return
    shown.style.scrollMargin = '4rem'
    shown.scrollIntoView({ block: 'nearest' })
  }, 300)
}
