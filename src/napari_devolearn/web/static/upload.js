// Sends dropped or chosen files to this page's visit, and tells the server when the page is closed.
"use strict"

const drop = document.getElementById("drop")
const input = document.getElementById("file")
const bar = document.getElementById("sent")
const message = document.getElementById("upload-message")
const token = drop.dataset.token
const most = Number(drop.dataset.most)
let running = null

function showMessage(text) {
  message.textContent = text
  message.hidden = text === ""
}

// Several files are the frames of one movie.
function send(files) {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  showMessage("")
  if (size > most) {
    const what = files.length > 1 ? `${files.length} files:` : `${files[0].name}:`
    showMessage(`${what} ${Math.round(size / 1e6)} MB; the limit is ${Math.round(most / 1e6)} MB: ` +
      "send fewer frames, or save it compressed")
    return
  }
  if (running) running.abort()
  bar.value = 0
  bar.hidden = false
  sendPart(files, 0, 0, Math.max(1, size))
}

function sendPart(files, part, before, size) {
  const file = files[part], isLast = part === files.length - 1
  const request = running = new XMLHttpRequest()
  request.open("PUT", `upload/${token}?name=${encodeURIComponent(file.name)}&part=${part}&of=${files.length}`)
  request.upload.onprogress = event => { bar.value = (before + event.loaded) / size }
  request.upload.onload = () => { if (isLast) bar.removeAttribute("value") } // sent completely, now decoded
  request.onload = () => {
    if (request.status !== 200) showMessage(request.responseText)
    else if (!isLast && running === request) sendPart(files, part + 1, before + file.size, size)
  }
  request.onerror = () => showMessage(`${file.name}: could not be sent; check that the server is running`)
  request.onloadend = () => { if (running === request) { running = null; bar.hidden = true } }
  request.send(file)
}

input.addEventListener("change", () => {
  if (input.files.length) send([...input.files])
  input.value = ""
})
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, event => {
    event.preventDefault()
    drop.classList.toggle("over", name === "dragover")
    if (name !== "drop" || !event.dataTransfer.files.length) return
    const items = [...event.dataTransfer.items]
    if (items.some(item => item.webkitGetAsEntry()?.isDirectory)) showMessage("This is a folder: zip it, and drop the zip.")
    else send([...event.dataTransfer.files])
  })
}
window.addEventListener("pagehide", () => navigator.sendBeacon(`leave/${token}`))
window.addEventListener("pageshow", event => { if (event.persisted) location.reload() })
