// Lays plots out anew when one goes to full screen or comes back: Bokeh notes their new size, but draws them in
// the old one until the window changes too.
"use strict"

function layOut() {
  for (const view of window.Bokeh.index.roots) view.compute_layout?.()
}

for (const name of ["fullscreenchange", "webkitfullscreenchange"]) { // the latter in Chromium and Safari
  document.addEventListener(name, () => requestAnimationFrame(() => {
    layOut()
    requestAnimationFrame(layOut) // now that plots have their size, their tools find out which fit
  }))
}
