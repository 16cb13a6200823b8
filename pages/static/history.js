// Streamlit asks for the page anew after Back and Forward, and does not say why: say it in the address that it reads.
if (!window.stepsAreTold) {
  window.stepsAreTold = true
  const tell = () => {
    const address = new URL(location.href)
    address.searchParams.set('step', 'history')
    history.replaceState(history.state, '', address)
  }
  // Capturing: before Streamlit's own listener.
  addEventListener('popstate', tell, { capture: true })
}
