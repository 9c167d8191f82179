// Sends a dropped or chosen file to this page's visit, and tells the server when the page is closed.
"use strict"

const drop = document.getElementById("drop")
const input = document.getElementById("file")
const bar = document.getElementById("sent")
const message = document.getElementById("upload-message")
const token = drop.dataset.token
const most = Number(drop.dataset.most)
let running = null

function say(text) {
  message.textContent = text
  message.hidden = text === ""
}

function send(file) {
  say("")
  if (file.size > most) {
    say(`${file.name}: has ${Math.round(file.size / 1e6)} MB; up to ${Math.round(most / 1e6)} MB are taken: ` +
      "send fewer frames, or save it compressed")
    return
  }
  if (running) running.abort()
  const request = running = new XMLHttpRequest()
  request.open("PUT", `upload/${token}?name=${encodeURIComponent(file.name)}`)
  request.upload.onprogress = event => { bar.value = event.loaded / Math.max(1, event.total) }
  request.upload.onload = () => { bar.removeAttribute("value") } // all is sent: now it is unpacked
  request.onload = () => { if (request.status !== 200) say(request.responseText) }
  request.onerror = () => say(`${file.name}: could not be sent; is the server still there?`)
  request.onloadend = () => { if (running === request) { running = null; bar.hidden = true } }
  bar.value = 0
  bar.hidden = false
  request.send(file)
}

input.addEventListener("change", () => {
  if (input.files.length) send(input.files[0])
  input.value = ""
})
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, event => {
    event.preventDefault()
    drop.classList.toggle("over", name === "dragover")
    if (name !== "drop" || !event.dataTransfer.files.length) return
    if (event.dataTransfer.files.length > 1) say("Drop one file at a time; save frames as one stack first.")
    else send(event.dataTransfer.files[0])
  })
}
window.addEventListener("pagehide", () => navigator.sendBeacon(`leave/${token}`))
window.addEventListener("pageshow", event => { if (event.persisted) location.reload() })
