// Signed in: go to what was asked for, once.
{
  const wanted = sessionStorage.getItem('wanted')
  sessionStorage.removeItem('wanted')
  if (wanted && wanted !== location.pathname + location.search) location.replace(location.origin + wanted)
}
