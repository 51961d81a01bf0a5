'use strict'

// The pages, as HTML rendered on the server. Every value passes through `html`, which escapes it: nothing here may build
// markup from a string in another way.

const { BSON } = require('mongodb')

/** Markup that is safe to send: only `html` makes it. */
class Markup {
  constructor(text) {
    this.text = text
  }

  toString() {
    return this.text
  }
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Template tag: escapes each value, except markup made by `html` itself; lists are joined, null and false are left out. */
function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, i) => text + render(values[i - 1]) + part))
}

function render(value) {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character])
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230b7a4b'/%3E%3Cpath d='M9 11h14M9 16h9M9 21h12' stroke='%23fff' stroke-width='3' stroke-linecap='round'/%3E%3C/svg%3E"

function page({ title, wide, body }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · connect-mongo-native</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<div class="page ${wide ? 'page-wide' : 'page-narrow'}">
<header class="brand">
<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M9 11h14M9 16h9M9 21h12"/></svg>
<span>connect-mongo-native</span>
</header>
<main>${body}</main>
</div>
</body>
</html>
`.toString()
}

/**
 * @param {object} model
 * @param {number} model.maxNameLength characters the name may have
 * @param {string} [model.name] what was typed before, to be corrected
 * @param {string} [model.problem] why it was refused
 */
function loginPage({ maxNameLength, name = '', problem }) {
  return page({
    title: 'Log in',
    wide: true,
    body: html`
<div class="welcome">
<div>
<h1>Log in</h1>
<p class="lead">Your session becomes one document in MongoDB. The next page shows it.</p>
<form class="login" method="post" action="/login">
<label for="name">Name</label>
<div class="row">
<input id="name" name="name" value="${name}" maxlength="${maxNameLength}" required autofocus autocomplete="nickname"
 aria-describedby="${problem ? 'problem' : 'hint'}"${problem ? html` aria-invalid="true"` : ''}>
<button type="submit">Log in</button>
</div>
${problem ? html`<p class="problem" id="problem" role="alert">${problem}</p>` : html`<p class="hint" id="hint">Any name will do. There is no password.</p>`}
</form>
</div>
<section class="stored sample" aria-labelledby="sample">
<div class="stored-head"><h2 id="sample">A session, for example</h2></div>
<pre><code>${documentLines(sampleDocument())}</code></pre>
</section>
</div>`,
  })
}

function sampleDocument() {
  return {
    _id: 'q7Xn0bVfT2…',
    expires: new Date(Date.now() + 60 * 60 * 1000),
    session: { name: 'Ada', visits: new BSON.Int32(1) },
  }
}

/**
 * @param {object} model
 * @param {string} model.name who is logged in
 * @param {number} model.visits pages counted in this session
 * @param {object | null} model.document the session as MongoDB holds it
 * @param {string} model.namespace `database.collection` it was read from
 * @param {number} model.touchAfter seconds between two touches of an unchanged session
 */
function sessionPage({ name, visits, document, namespace, touchAfter }) {
  return page({
    title: name,
    wide: true,
    body: html`
<div class="top">
<h1>Hello, ${name}</h1>
<div class="actions">
<a class="button" href="/">Visit again</a>
<form method="post" action="/logout"><button class="quiet" type="submit">Log out</button></form>
</div>
</div>
<dl class="figures">
<div><dt>Visits</dt><dd class="number">${visits}</dd></div>
<div><dt>Expires</dt><dd>${moment(document?.expires, remaining)}</dd></div>
<div><dt>Last written</dt><dd>${moment(document?.lastModified)}</dd></div>
</dl>
<section class="stored" aria-labelledby="stored">
<div class="stored-head">
<h2 id="stored">Stored document</h2>
<code>${namespace}</code>
</div>
${document ? html`<pre tabindex="0" aria-labelledby="stored"><code>${documentLines(document)}</code></pre>` : html`<p class="empty">MongoDB holds no document for this session.</p>`}
</section>
<p class="hint">Each visit changes the session, so the store writes it. <a href="/session">Read it as canonical extended JSON</a> instead:
nothing changes, and the store only moves <code>expires</code>, at most once every ${seconds(touchAfter)}.</p>`,
  })
}

/** @param {{ title: string, text: string }} model */
function errorPage({ title, text }) {
  return page({
    title,
    body: html`
<h1>${title}</h1>
<p class="lead">${text}</p>
<p><a class="button" href="/">Back to the start</a></p>`,
  })
}

function seconds(count) {
  return count === 1 ? 'second' : `${count} seconds`
}

/** A date as a `<time>`: the hour, UTC, or what `describe` makes of it with the hour beneath. */
function moment(date, describe) {
  if (!(date instanceof Date)) return 'unknown'
  const iso = date.toISOString()
  const clock = `${iso.slice(11, 19)} UTC`
  return html`<time datetime="${iso}" title="${iso}">${describe ? html`${describe(date)} <small>${clock}</small>` : clock}</time>`
}

function remaining(date) {
  const left = Math.round((date.getTime() - Date.now()) / 1000)
  if (left <= 0) return 'now'
  return left < 90 ? `in ${left} s` : `in ${Math.round(left / 60)} min`
}

/** The document as extended JSON, one field a line, each with the BSON type MongoDB keeps it as. */
function documentLines(document) {
  return [line(0, '{'), ...fieldLines(document, 1), line(0, '}')]
}

function fieldLines(container, depth) {
  const named = !Array.isArray(container)
  const entries = Object.entries(container)
  return entries.flatMap(([key, value], i) => {
    const label = named ? html`<span class="key">${JSON.stringify(key)}</span>: ` : ''
    const comma = i < entries.length - 1 ? ',' : ''
    const type = bsonType(value)
    const [open, close] = type === 'array' ? '[]' : '{}'
    const nested = type === 'array' || type === 'object'
    if (!nested || Object.keys(value).length === 0) {
      const text = nested ? open + close : BSON.EJSON.stringify(value, { relaxed: true })
      return [
        line(depth, html`${label}<span class="value"><span class="value-${type}">${text}</span>${comma}</span>`, type),
      ]
    }
    return [line(depth, html`${label}${open}`, type), ...fieldLines(value, depth + 1), line(depth, close + comma)]
  })
}

function line(depth, content, type) {
  return html`<span class="line"><span class="text depth-${Math.min(depth, 6)}">${content}</span>${type && html` <span class="type type-${type}">${type}</span>`}</span>
`
}

/** The type's name as the `$type` operator spells it. */
function bsonType(value) {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Date) return 'date'
  if (value instanceof RegExp) return 'regex'
  const names = {
    Int32: 'int',
    Double: 'double',
    Long: 'long',
    Decimal128: 'decimal',
    ObjectId: 'objectId',
    Binary: 'binData',
  }
  if (value._bsontype) return names[value._bsontype] ?? value._bsontype.toLowerCase()
  const plain = { string: 'string', boolean: 'bool', number: 'double', bigint: 'long' }
  return plain[typeof value] ?? 'object'
}

module.exports = { loginPage, sessionPage, errorPage }
