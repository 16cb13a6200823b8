// The language has been switched; screen readers choose their voice by it.
document.documentElement.lang = document.currentScript.dataset.language
