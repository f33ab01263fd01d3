// Nodes: each a bin with its jobs drawn by what is reserved and used.
import {html, useMemo} from '../lib/html.js';
import {Link, useQuery} from '../lib/router.js';
import {useLive} from '../lib/live.js';
import {Table} from '../lib/table.js';
import {State} from '../lib/states.js';
import {bytes, count, cpu, time} from '../lib/format.js';
import {Empty, Filters, Loading, Page, Panel, Problem, Stat} from '../lib/ui.js';
import {BinLegend, Bins, Drain, jobsOf, reservedOf, useAll} from './machines.js';

const AT_ONCE = 24;
const STATES = ['up', 'draining', 'unreachable'];

function Nodes() {
  const [query, set] = useQuery();
  const nodes = useAll('/nodes', {jobs: 'true'});
  useLive({kind: 'job'}, nodes.reload, {throttle: 3000});
  const all = nodes.data?.items;
  const roles = useMemo(() => [...new Set((all || []).flatMap(node => node.roles))].sort(), [all]);
  const shown = useMemo(() => (all || []).filter(node => (!query.state || node.state === query.state)
    && (!query.role || node.roles.includes(query.role)) && (!query.q || (node.id + ' ' + node.address).includes(query.q))), [all, query.state, query.role, query.q]);
  const limit = Number(query.bins) || AT_ONCE;
  if (!all) return html`<${Page} title="Nodes">${nodes.error ? html`<${Problem} error=${nodes.error} again=${nodes.reload} />` : html`<${Loading} />`}<//>`;
  const sum = (part, key) => shown.reduce((total, node) => total + node[part][key], 0);
  return html`<${Page} title="Nodes" lead=${html`What each node has, and which jobs hold it. <${Link} to="/cluster">Membership and shards<//> are beside it.`}>
    ${nodes.error && html`<${Problem} error=${nodes.error} again=${nodes.reload} />`}
    <div class="stats">
      ${STATES.map(state => html`<${Stat} key=${state} label=${state} value=${count(all.filter(node => node.state === state).length)} to=${'/nodes?state=' + state}
        tone=${state === 'unreachable' && all.some(node => node.state === state) ? 'bad' : ''} />`)}
      <${Stat} label="jobs on nodes" value=${count(shown.reduce((n, node) => n + node.running.length, 0))} to="/jobs?state=running" />
      <${Stat} label="cpu reserved" value=${cpu(sum('used', 'cpu'))} note=${`of ${cpu(sum('capacity', 'cpu'))}`} />
      <${Stat} label="memory reserved" value=${bytes(sum('used', 'memory'))} note=${`of ${bytes(sum('capacity', 'memory'))}`} />
    </div>
    <${Filters} fields=${[{key: 'state', label: 'State', options: STATES}, {key: 'role', label: 'Role', options: roles}, {key: 'q', label: 'Id or address'}]} />
    ${shown.length === 0 ? html`<${Empty} title="No node is like that">${all.length === 0 && html`<p>Start one: <code>refinery node</code></p>`}<//>` : html`
      <${BinLegend} />
      <div class="grid">${shown.slice(0, limit).map(node => html`<${NodePanel} key=${node.id} node=${node} onDone=${nodes.reload} />`)}</div>
      ${shown.length > limit && html`<p><button type="button" onClick=${() => set({bins: limit + AT_ONCE}, {replace: true})}>Draw more of ${count(shown.length)} nodes</button></p>`}
      <${Panel} title="As a table" flush><${Table} label="Nodes" source=${shown} columns=${COLUMNS} to=${node => '/nodes/' + node.id} exportName="nodes" height="50vh" /><//>`}
  <//>`;
}

function NodePanel({node, onDone}) {
  return html`<${Panel} title=${html`<${Link} to=${'/nodes/' + node.id}>${node.id}<//>`} note=${node.address} actions=${html`<${State} value=${node.state} />`}>
    <${Bins} node=${node} />
    <div class="row bin-foot"><${Link} to=${jobsOf(node)}>${count(node.running.length)} ${node.running.length === 1 ? 'job' : 'jobs'}<//>
      <span class="muted">${node.roles.join(', ')}</span>
      ${node.takes_no_work && html`<span class="wait-text"><span aria-hidden="true">!</span> takes no work: ${node.takes_no_work}</span>`}
      ${node.drained_by && html`<span class="muted">drained by <span class="actor">${node.drained_by}</span></span>`}
      ${node.drain?.deadline && html`<span class="muted">what runs may end until ${time(node.drain.deadline)}</span>`}
      <${Drain} node=${node} onDone=${onDone} /></div>
  <//>`;
}

const of = (title, key, format) => ({
  key, title, align: 'end', sort: node => node.used[key] / Math.max(1, node.capacity[key]), text: node => node.used[key],
  render: node => html`${format(node.used[key])} of ${format(node.capacity[key])} <span class="muted">${reservedOf(node, key)}</span>`, wide: key === 'disk',
});

const COLUMNS = [
  {key: 'id', title: 'Node', sort: true, render: node => html`<${Link} to=${'/nodes/' + node.id}>${node.id}<//>`},
  {key: 'state', title: 'State', sort: true, render: node => html`<${State} value=${node.state} />`},
  {key: 'jobs', title: 'Jobs', align: 'end', sort: node => node.running.length, text: node => node.running.length, render: node => html`<${Link} to=${jobsOf(node)}>${count(node.running.length)}<//>`},
  of('Cpu reserved', 'cpu', cpu), of('Memory reserved', 'memory', bytes), of('Disk reserved', 'disk', bytes),
  {key: 'data_dir_free', title: 'Volume free', align: 'end', sort: true, wide: true, render: node => bytes(node.data_dir_free)},
  {key: 'roles', title: 'Roles', wide: true, text: node => node.roles.join(' '), render: node => node.roles.join(', ')},
  {key: 'address', title: 'Address', wide: true},
  {key: 'takes_no_work', title: 'Takes no work', wide: true},
];

export const routes = [{path: '/nodes', title: 'Nodes', view: Nodes, nav: true}];
