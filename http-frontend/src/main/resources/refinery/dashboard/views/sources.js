// Archive hosts as the cluster knows them, and what each source takes.
import {html, useMemo} from '../lib/html.js';
import {useGet} from '../lib/api.js';
import {Link, link, useQuery} from '../lib/router.js';
import {Table} from '../lib/table.js';
import {FailureClass} from '../lib/states.js';
import {ago, bytes, count, rate, time} from '../lib/format.js';
import {Copy, Empty, Facts, Filters, Loaded, Page, Panel, Problem} from '../lib/ui.js';
import {Mark, useAll} from './machines.js';

function Sources() {
  const [query, set] = useQuery();
  const hosts = useAll('/hosts', {}, 3000);
  const all = hosts.data?.items || [];
  const archives = useMemo(() => [...new Set(all.map(host => host.archive).filter(Boolean))].sort(), [hosts.data]);
  const shown = all.filter(host => (!query.archive || host.archive === query.archive) && (!query.state || host.state === query.state));
  const chosen = all.find(host => host.host === query.host);
  return html`<${Page} title="Sources" lead="Where data comes from: what each archive's hosts deliver now, and what can be surveyed.">
    ${hosts.error && html`<${Problem} error=${hosts.error} again=${hosts.reload} />`}
    <${Filters} fields=${[{key: 'archive', label: 'Archive', options: archives}, {key: 'state', label: 'State', options: ['answers', 'left_alone', 'probed', 'away']}]} />
    <${Panel} title="Hosts" note=${hosts.data?.requests_counted_since ? html`requests counted since ${time(hosts.data.requests_counted_since)}, bytes since each node began; nothing of it is stored` : ''} flush>
      <${Table} label="Hosts" rowKey="host" source=${shown} columns=${COLUMNS} exportName="hosts" height="50vh" onOpen=${host => set({host: host.host === query.host ? '' : host.host}, {replace: true})}
        empty=${html`<${Empty} title=${all.length === 0 ? 'No host was asked yet' : 'No host is like that'}><p>Post a survey, and the hosts of its archive appear here.</p><//>`} /><//>
    ${chosen ? html`<${HostPanel} host=${chosen} onClose=${() => set({host: ''}, {replace: true})} />` : shown.length > 0 && html`<p class="muted">Choose a host to see its fallbacks and why, and each node's part.</p>`}
    <${Taken} />
  <//>`;
}

const total = host => host.fallbacks.reduce((n, one) => n + one.count, 0);
const number = (key, title, wide = true) => ({key, title, align: 'end', sort: true, wide, render: host => (host[key] > 0 ? count(host[key]) : html`<span class="muted">0</span>`)});

const COLUMNS = [
  {key: 'host', title: 'Host', sort: true, render: host => html`<strong>${host.host}</strong>`},
  {key: 'archive', title: 'Archive', sort: true},
  {key: 'state', title: 'State', sort: true, render: host => html`<${Mark} value=${host.state} />`},
  {key: 'token', title: 'Tokens', align: 'end', sort: host => host.token?.taken, text: host => host.token && `${host.token.taken}/${host.token.limit}`,
    render: host => (host.token ? html`<${Link} to=${link('/jobs', {kind: 'download', state: 'running'})}>${host.token.taken} of ${host.token.limit}<//>` : '–')},
  {key: 'in_flight', title: 'In flight', align: 'end', sort: true, render: host => count(host.in_flight)},
  {key: 'bytes_per_second', title: 'Now', align: 'end', sort: true, render: host => rate(host.bytes_per_second)},
  {key: 'bytes_per_second_lately', title: '10 min', align: 'end', sort: true, wide: true, render: host => rate(host.bytes_per_second_lately)},
  {key: 'fallbacks', title: 'Fallbacks', align: 'end', sort: total, text: total, render: host => count(total(host))},
  number('stalls', 'Stalls'), number('corrupt', 'Bad copies'), number('unanswered', 'Unanswered'), number('absent', 'Absent'), number('files', 'Files'),
  {key: 'bytes', title: 'Came', align: 'end', sort: true, wide: true, render: host => bytes(host.bytes)},
];

function HostPanel({host, onClose}) {
  return html`<${Panel} title=${host.host} note=${host.archive} actions=${html`<button type="button" class="quiet" onClick=${onClose}>Close</button>`}>
    <div class="stack">
      <${Facts} items=${[
        ['State', html`<${Mark} value=${host.state} />`], ['Why', host.reason], ['Since', host.since && ago(host.since)],
        [host.state === 'left_alone' ? 'Left alone until' : 'Next probe', host.asked_again_at && html`${time(host.asked_again_at)} (${ago(host.asked_again_at)})`],
        ['Failures in a row', host.failures_in_a_row || null], ['Requests let through', count(host.asked)], ['Said not to have answered', count(host.failed)],
        ['Asked to be left alone', count(host.retry_afters)], ['Token', host.token && `${host.token.name}: ${host.token.taken} of ${host.token.limit}`],
        ['Counted since', host.counted_since && time(host.counted_since)],
      ]} />
      <h3>Fallbacks and why</h3>
      ${host.fallbacks.length === 0 ? html`<p class="muted">No file had to come from elsewhere.</p>` : html`<div class="scroll" tabindex="0" role="region" aria-label="Fallbacks"><table class="plain">
        <thead><tr><th scope="col">Came from</th><th scope="col">Because here</th><th scope="col" class="number">Times</th><th scope="col">Last said</th></tr></thead>
        <tbody>${host.fallbacks.map(one => html`<tr key=${one.to + one.reason}><th scope="row">${one.to}</th><td><${FailureClass} value=${one.reason} /></td><td class="number">${count(one.count)}</td>
          <td>${one.last} <span class="muted">${ago(one.last_at)}</span></td></tr>`)}</tbody></table></div>`}
      <h3>By node</h3>
      ${host.nodes.length === 0 ? html`<p class="muted">No transfer of it ran yet: it was asked for descriptions only.</p>` : html`<div class="scroll" tabindex="0" role="region" aria-label="By node"><table class="plain">
        <thead><tr><th scope="col">Node</th><th scope="col" class="number">In flight</th><th scope="col" class="number">Now</th><th scope="col" class="number">One transfer</th><th scope="col" class="number">Came</th></tr></thead>
        <tbody>${host.nodes.map(node => html`<tr key=${node.node}><th scope="row"><${Link} to=${'/nodes/' + node.node}>${node.node}<//></th><td class="number">${count(node.in_flight)}</td>
          <td class="number">${rate(node.bytes_per_second)}</td><td class="number">${rate(node.transfer_speed)}</td><td class="number">${bytes(node.bytes)}</td></tr>`)}</tbody></table></div>`}
    </div><//>`;
}

/** What each source takes, as the API says it. */
function Taken() {
  const sources = useGet('/sources');
  return html`<${Panel} title="What can be surveyed"><${Loaded} of=${sources}>${found => html`<div class="stack">${found.items.map(source => html`<${Source} key=${source.name} source=${source} />`)}</div>`}<//><//>`;
}

const type = schema => [].concat(schema.type || (schema.enum ? 'one of' : schema.oneOf || schema.anyOf ? 'several forms' : 'any')).join(' or ');

function Source({source}) {
  const schema = source.parameters || {};
  const required = schema.required || [];
  return html`<details class="source"><summary><strong>${source.name}</strong> ${source.description || source.title || ''}</summary>
    <div class="stack source-body">
      ${source.default_pipeline && html`<p class="muted">Its batches go through <code>${source.default_pipeline}</code> unless another pipeline is named.</p>`}
      ${Object.keys(schema.properties || {}).length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label=${'Parameters of ' + source.name}><table class="plain">
        <thead><tr><th scope="col">Parameter</th><th scope="col">Form</th><th scope="col">What it is</th></tr></thead>
        <tbody>${Object.entries(schema.properties).map(([name, part]) => html`<tr key=${name}><th scope="row"><code>${name}</code>${required.includes(name) && html` <span class="wait-text">required</span>`}</th>
          <td>${type(part)}${part.default !== undefined && html` <span class="muted">default <code>${JSON.stringify(part.default)}</code></span>`}</td><td>${part.description || part.title || ''}</td></tr>`)}</tbody></table></div>`}
      ${(source.examples || []).map((example, i) => html`<div class="row" key=${i}><code>${JSON.stringify(example)}</code><${Copy} text=${JSON.stringify(example)} /></div>`)}
      <p><${Link} to=${link('/surveys/new', {source: source.name})}>Survey it<//></p>
    </div></details>`;
}

export const routes = [{path: '/sources', title: 'Sources', view: Sources, nav: true}];
