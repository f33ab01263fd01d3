// A form made of a JSON Schema: what sources and pipelines take. It serves the part of JSON Schema that they use.
import {html, useState} from '../lib/html.js';
import {useElementId} from '../lib/ui.js';

/** The schema itself, where it is said by reference into the same document. */
export function resolved(schema, root) {
  let found = schema;
  for (let i = 0; i < 10 && found?.$ref; i++) {
    const {$ref, ...rest} = found;
    const target = $ref.slice(2).split('/').reduce((node, key) => node?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], root);
    found = {...target, ...rest};
  }
  return found || {};
}

const types = schema => (schema.type === undefined ? [] : [schema.type].flat());

/** What kind of field a schema wants. */
export function kindOf(schema, root) {
  const own = resolved(schema, root);
  const choices = (own.anyOf || own.oneOf || []).map(each => resolved(each, root));
  const list = types(own).includes('array') ? own : choices.find(each => types(each).includes('array'));
  if (own.enum) return {kind: 'choice', own};
  if (types(own).includes('boolean')) return {kind: 'boolean', own};
  if (types(own)[0] === 'object' && own.properties) return {kind: 'object', own};
  if (list) {
    const of = resolved(list.items || {}, root);
    return types(of).some(type => type === 'object' || type === 'array') ? {kind: 'json', own} : {kind: 'list', own, single: choices.length > 0, numbers: numeric(of)};
  }
  if (types(own).includes('object')) return {kind: 'json', own};
  return {kind: 'text', own, numbers: numeric(own)};
}

const numeric = schema => types(schema).length > 0 && types(schema).every(type => type === 'integer' || type === 'number');

const escaped = name => name.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * What was typed, as JSON: {value, wrongs}. texts: what was typed, by pointer; wrongs: [{pointer, message}] of what
 * cannot be read at all. Fields that are empty are left out.
 */
export function valueOf(schema, texts, pointer = '', root = schema) {
  const wrongs = [];
  const object = {};
  for (const [name, property] of Object.entries(resolved(schema, root).properties || {})) {
    const at = `${pointer}/${escaped(name)}`;
    const kind = kindOf(property, root);
    const read = kind.kind === 'object' ? valueOf(property, texts, at, root) : one(kind, texts[at], at);
    wrongs.push(...read.wrongs);
    if (read.value !== undefined && !(kind.kind === 'object' && Object.keys(read.value).length === 0)) object[name] = read.value;
  }
  return {value: object, wrongs};
}

function one({kind, numbers, single}, typed, pointer) {
  const text = (typed ?? '').trim();
  if (text === '') return {value: undefined, wrongs: []};
  const scalar = word => (numbers && /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word);
  if (kind === 'boolean') return {value: text === 'true', wrongs: []};
  if (kind === 'list') {
    const words = text.split(/[\n,]+/).map(word => word.trim()).filter(Boolean).map(scalar);
    return {value: single && words.length === 1 ? words[0] : words, wrongs: []};
  }
  if (kind === 'json') {
    try {
      return {value: JSON.parse(text), wrongs: []};
    } catch (malformed) {
      return {value: undefined, wrongs: [{pointer, message: 'is no JSON: ' + malformed.message}]};
    }
  }
  return {value: kind === 'text' ? scalar(text) : text, wrongs: []};
}

/** What to type for a value: the other way round. */
export function textsOf(schema, value, pointer = '', root = schema) {
  const texts = {};
  for (const [name, property] of Object.entries(resolved(schema, root).properties || {})) {
    const given = value?.[name];
    if (given === undefined || given === null) continue;
    const at = `${pointer}/${escaped(name)}`;
    const {kind} = kindOf(property, root);
    if (kind === 'object') Object.assign(texts, textsOf(property, given, at, root));
    else texts[at] = kind === 'list' ? [given].flat().join('\n') : typeof given === 'object' ? JSON.stringify(given, null, 2) : String(given);
  }
  return texts;
}

/** What is wrong at a field or inside it, when nothing finer is shown for it. */
const wrongsAt = (wrongs, pointer) => wrongs.filter(wrong => wrong.pointer === pointer || wrong.pointer.startsWith(pointer + '/'));

/** A label with its control, its help and what is wrong with it. control(attributes) draws the control. */
export function Field({label, help, required, wrongs = [], control}) {
  const id = useElementId();
  const described = [help && id + '-help', wrongs.length > 0 && id + '-wrong'].filter(Boolean).join(' ') || undefined;
  return html`<div class=${'field ' + (wrongs.length > 0 ? 'wrong' : '')}>
    <label for=${id}><b>${label}</b>${required && html` <span class="muted">required</span>`}</label>
    ${control({id, 'aria-describedby': described, 'aria-invalid': wrongs.length > 0 ? 'true' : undefined, 'aria-required': required ? 'true' : undefined})}
    ${wrongs.length > 0 && html`<p class="bad-text" id=${id + '-wrong'}>${wrongs.map(wrong => html`<span><span aria-hidden="true">✕</span> ${wrong.message} </span>`)}</p>`}
    ${help && html`<small id=${id + '-help'}>${help}</small>`}
  </div>`;
}

/** The fields of a schema's properties. texts and onText(pointer, text) hold what is typed. */
export function SchemaForm({schema, texts, onText, wrongs = [], pointer = '', root = schema}) {
  const own = resolved(schema, root);
  return html`${Object.entries(own.properties || {}).map(([name, property]) => {
    const at = `${pointer}/${escaped(name)}`;
    const kind = kindOf(property, root);
    if (kind.kind === 'object') return html`<${Group} key=${at} name=${name} own=${kind.own} property=${property} at=${at} texts=${texts} onText=${onText} wrongs=${wrongs} root=${root} />`;
    return html`<${Field} key=${at} label=${name} help=${kind.own.description} required=${(own.required || []).includes(name)} wrongs=${wrongsAt(wrongs, at)}
      control=${attributes => html`<${Control} kind=${kind} attributes=${attributes} value=${texts[at] ?? ''} onValue=${text => onText(at, text)} />`} />`;
  })}`;
}

function Group({name, own, property, at, texts, onText, wrongs, root}) {
  const inside = wrongsAt(wrongs, at).length > 0 || Object.keys(texts).some(pointer => pointer.startsWith(at + '/') && texts[pointer]);
  const [open, setOpen] = useState(inside);
  const itself = wrongs.filter(wrong => wrong.pointer === at);
  return html`<details class="group" open=${open || wrongsAt(wrongs, at).length > 0} onToggle=${event => setOpen(event.currentTarget.open)}>
    <summary>${name}</summary>
    <fieldset><legend class="hidden">${name}</legend>${own.description && html`<p class="muted">${own.description}</p>`}
      ${itself.map(wrong => html`<p class="bad-text" role="alert"><span aria-hidden="true">✕</span> ${wrong.message}</p>`)}
      <${SchemaForm} schema=${property} texts=${texts} onText=${onText} wrongs=${wrongs} pointer=${at} root=${root} /></fieldset>
  </details>`;
}

const example = own => {
  const given = own.examples?.[0] ?? own.default;
  return given === undefined || given === '' ? '' : 'e.g. ' + (typeof given === 'object' ? [given].flat().join(', ') : given);
};

function Control({kind: {kind, own, single}, attributes, value, onValue}) {
  const input = event => onValue(event.target.value);
  if (kind === 'choice' || kind === 'boolean') {
    const options = kind === 'boolean' ? ['true', 'false'] : own.enum.map(String);
    const unset = own.default === undefined || own.default === '' ? 'not set' : `${own.default} (default)`;
    return html`<select ...${attributes} value=${value} onChange=${input}><option value="">${unset}</option>
      ${options.map(option => html`<option value=${option}>${option === '' ? '(empty)' : option}</option>`)}</select>`;
  }
  if (kind === 'json') return html`<textarea ...${attributes} class="code" rows="4" spellcheck="false" placeholder="JSON" value=${value} onInput=${input}></textarea>`;
  if (kind === 'list') {
    const rows = Math.min(8, Math.max(single ? 1 : 2, value.split('\n').length));
    return html`<textarea ...${attributes} rows=${rows} spellcheck="false" placeholder=${example(own) || 'one or several, a line or a comma each'} value=${value} onInput=${input}></textarea>`;
  }
  return own.maxLength > 4000
    ? html`<textarea ...${attributes} rows="3" spellcheck="false" placeholder=${example(own)} value=${value} onInput=${input}></textarea>`
    : html`<input ...${attributes} type="text" autocomplete="off" spellcheck="false" placeholder=${own.default !== undefined && own.default !== '' ? `${own.default} (default)` : example(own)} value=${value} onInput=${input} />`;
}
