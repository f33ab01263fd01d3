// The API as its OpenAPI document describes it: searchable, with a curl line for each operation.
import {html, useMemo, useState} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {curl} from '../lib/actions.js';
import {link, useQuery} from '../lib/router.js';
import {Copy, Empty, Filters, Loaded, Page, Panel} from '../lib/ui.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const TONES = {get: 'busy', post: 'good', put: 'wait', patch: 'wait', delete: 'bad'};
const DEEPEST = 6;

/** What a reference of the document leads to. */
function resolve(document, node) {
  let found = node;
  for (let steps = 0; found?.$ref && steps < 10; steps++) {
    found = found.$ref.slice(2).split('/').reduce((at, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  }
  return found ?? {};
}

const nameOf = node => node?.$ref?.split('/').pop();

/** All operations in the order of the document, each with the words it is found by. */
function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, item]) => METHODS.filter(method => item[method]).map(method => {
    const operation = item[method];
    const parameters = [...(item.parameters || []), ...(operation.parameters || [])].map(each => resolve(document, each));
    const content = Object.entries(resolve(document, operation.requestBody).content || {})[0];
    const schemas = [content?.[1].schema, ...Object.values(operation.responses).flatMap(each => Object.values(resolve(document, each).content || {}).map(media => media.schema))];
    const words = [method, path, operation.operationId, operation.summary, operation.description, ...parameters.map(each => `${each.name} ${each.description}`),
      ...schemas.map(schema => schema && `${nameOf(schema)} ${JSON.stringify(resolve(document, schema))}`)];
    return {id: operation.operationId, tag: operation.tags?.[0], method, path, operation, parameters, content, found: words.join(' ').toLowerCase()};
  }));
}

/** Text with blocks of code between lines of ```. */
const Text = ({text}) => (text || '').split('```').map((part, index) => (index % 2
  ? html`<pre><code>${part.trim()}</code></pre>`
  : part.trim() && html`<p class="api-text">${part.trim()}</p>`));

function typeOf(schema) {
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(' | ');
  const types = [schema.type ?? (schema.properties ? 'object' : schema.oneOf ? 'one of' : 'any')].flat();
  const items = schema.items && (nameOf(schema.items) || [schema.items.type ?? 'any'].flat().join(' | '));
  const text = types.map(type => (type === 'array' && items ? `array of ${items}` : type)).join(' | ');
  const limits = [['minimum', '≥'], ['maximum', '≤'], ['minLength', 'length ≥'], ['maxLength', 'length ≤'], ['minItems', 'items ≥'], ['maxItems', 'items ≤']]
    .filter(([key]) => schema[key] !== undefined).map(([key, sign]) => `${sign} ${schema[key]}`);
  return [text + (schema.format ? ` (${schema.format})` : ''), ...limits, schema.default !== undefined && `default ${JSON.stringify(schema.default)}`].filter(Boolean).join(', ');
}

/** The fields of a schema; what lies deeper opens. */
function Fields({document, schema, sent = false, depth = 0}) {
  const whole = resolve(document, schema);
  const inner = whole.properties ? whole : resolve(document, whole.items || (whole.oneOf || []).find(each => resolve(document, each).properties) || {});
  const names = Object.entries(inner.properties || {});
  if (names.length === 0) return html`<p class="muted"><code>${typeOf(whole)}</code> ${whole.description}</p>`;
  return html`<ul class="api-fields">${names.map(([name, given]) => {
    const field = resolve(document, given);
    const deep = resolve(document, field.items || (field.oneOf || []).find(each => resolve(document, each).properties) || field);
    const line = html`<code>${name}</code> <span class="muted">${nameOf(given) && !field.enum ? `${nameOf(given)}: ` : ''}${typeOf(field)}${inner.required?.includes(name) ? (sent ? ', needed' : ', always there') : ''}</span>
      ${(given.description || field.description) && html` <span>${given.description || field.description}</span>`}`;
    return html`<li key=${name}>${deep.properties && depth < DEEPEST
      ? html`<${Later} summary=${line}>${() => html`<${Fields} document=${document} schema=${deep} sent=${sent} depth=${depth + 1} />`}<//>` : line}</li>`;
  })}</ul>`;
}

/** Details whose content is made when they are first opened. */
function Later({summary, open = false, onOpen, children, class: kind = ''}) {
  const [opened, setOpened] = useState(open);
  return html`<details class=${kind} open=${open} onToggle=${event => { if (event.target !== event.currentTarget) return; setOpened(opened || event.target.open); onOpen?.(event.target.open); }}>
    <summary>${summary}</summary>${(opened || open) && children()}</details>`;
}

function exampleOf(document, media) {
  if (!media) return undefined;
  return media.example ?? resolve(document, Object.values(media.examples || {})[0]).value;
}

const shown = example => (typeof example === 'string' ? example : JSON.stringify(example, null, 2));

/** The request as a curl line that follows what is filled in. */
function Try({document, entry}) {
  const asked = entry.parameters.filter(each => each.in !== 'header');
  const [values, setValues] = useState({});
  const [body, setBody] = useState(() => shown(exampleOf(document, entry.content?.[1])) ?? '');
  let json;
  let wrong = '';
  try {
    json = body.trim() ? JSON.parse(body) : undefined;
  } catch (error) {
    wrong = error.message;
  }
  const path = entry.path.replace(/\{(\w+)\}/g, (all, name) => (values[name] ? encodeURIComponent(values[name]) : name.toUpperCase()));
  const line = curl(entry.method.toUpperCase(), link(path, Object.fromEntries(asked.filter(each => each.in === 'query').map(each => [each.name, values[each.name]]))), entry.content ? json : undefined);
  return html`<div class="api-try">
    ${asked.length > 0 && html`<div class="filters">${asked.filter(each => !each.name.includes('*')).map(each => html`<label key=${each.name}><span>${each.name}${each.required ? ' (needed)' : ''}</span>
      <input type="text" size="14" spellcheck="false" value=${values[each.name] || ''} onInput=${event => setValues({...values, [each.name]: event.target.value})} /></label>`)}</div>`}
    ${entry.content && html`<label class="field"><span>Body</span><textarea rows=${Math.min(12, body.split('\n').length + 1)} spellcheck="false" value=${body} onInput=${event => setBody(event.target.value)}></textarea></label>
      ${wrong && html`<p class="bad-text" role="status">No JSON: ${wrong}</p>`}`}
    <div class="elsewhere"><div><span class="muted">as curl</span><code>${line}</code><${Copy} text=${line} /></div></div>
  </div>`;
}

function Answer({document, status, given}) {
  const response = resolve(document, given);
  const [type, media] = Object.entries(response.content || {})[0] || [];
  const example = exampleOf(document, media);
  const line = html`<span class=${'state ' + (status < 400 ? 'good' : 'bad')}>${status}</span> ${response.description}${type && html` <code class="muted">${type}</code>`}`;
  if (!media && !response.headers) return html`<li class="api-answer">${line}</li>`;
  return html`<li class="api-answer"><${Later} summary=${line}>${() => html`
    ${response.headers && html`<p class="muted">Headers: ${Object.entries(response.headers).map(([name, header]) => `${name}${header.description ? ` (${header.description})` : ''}`).join(', ')}</p>`}
    ${media?.schema && html`<${Fields} document=${document} schema=${media.schema} />`}
    ${example !== undefined && html`<pre><code>${shown(example)}</code></pre>`}`}<//></li>`;
}

const scopeOf = operation => (operation.security || []).map(way => way.token?.[0]).find(Boolean);

function Operation({document, entry}) {
  const {operation} = entry;
  return html`<div class="api-operation">
    <${Text} text=${operation.description} />
    ${scopeOf(operation) && html`<p class="muted">Needs a token with the scope <code>${scopeOf(operation)}</code> where tokens are configured.</p>`}
    ${entry.parameters.length > 0 && html`<h3>Parameters</h3><ul class="api-fields">${entry.parameters.map(each => html`<li key=${each.in + each.name}><code>${each.name}</code>${' '}<span class="muted">in ${each.in}, ${typeOf(resolve(document, each.schema))}${each.required ? ', needed' : ''}</span> ${each.description}</li>`)}</ul>`}
    ${entry.content && html`<h3>Body</h3><${Fields} document=${document} schema=${entry.content[1].schema} sent=${true} />`}
    <h3>Try it</h3><${Try} document=${document} entry=${entry} />
    <h3>Answers</h3><ul>${Object.entries(operation.responses).map(([status, given]) => html`<${Answer} key=${status} document=${document} status=${status} given=${given} />`)}</ul>
  </div>`;
}

function Described({document}) {
  const [query, set] = useQuery();
  const all = useMemo(() => operationsOf(document), [document]);
  const words = (query.q || '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(entry => words.every(word => entry.found.includes(word)));
  return html`
    <${Filters} fields=${[{key: 'q', label: 'Search', placeholder: 'path, field or word', size: 28}]}><span class="muted" role="status">${found.length} of ${all.length} operations</span><//>
    ${found.length === 0 && html`<${Empty} title="No operation has all of these words" />`}
    ${document.tags.filter(tag => found.some(entry => entry.tag === tag.name)).map(tag => html`
      <${Panel} key=${tag.name} title=${tag.name} note=${tag.description}>
        ${found.filter(entry => entry.tag === tag.name).map(entry => html`<${Later} key=${entry.id} class="api-entry" open=${query.op === entry.id}
          onOpen=${opened => (opened ? set({op: entry.id}, {replace: true}) : query.op === entry.id && set({op: ''}, {replace: true}))}
          summary=${html`<span class=${'state ' + TONES[entry.method]}>${entry.method.toUpperCase()}</span> <code>${entry.path}</code> <span class="muted">${entry.operation.summary}</span>`}>
          ${() => html`<${Operation} document=${document} entry=${entry} />`}<//>`)}
      <//>`)}`;
}

function Docs() {
  const document = useGet('/openapi.json');
  return html`<${Page} title="API" lead=${html`All that this dashboard and the command line do is in the HTTP API. Tools read its <a href="/openapi.json">OpenAPI document</a>.`}>
    <${Loaded} of=${document}>${found => html`<${Described} document=${found} />`}<//><//>`;
}

export const routes = [{path: '/docs', title: 'API', view: Docs, nav: false}];
