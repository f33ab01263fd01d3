// One node: what runs, what it has, how fast hosts are from here.
import {html} from '../lib/html.js';
import {Link} from '../lib/router.js';
import {useLive} from '../lib/live.js';
import {Table} from '../lib/table.js';
import {State} from '../lib/states.js';
import {ago, bytes, count, cpu, rate, shortId, time} from '../lib/format.js';
import {Empty, Facts, Loaded, Page, Panel} from '../lib/ui.js';
import {BinLegend, Bins, Drain, jobsOf, usePolled} from './machines.js';

function Node({params}) {
  const path = '/nodes/' + encodeURIComponent(params.id);
  const node = usePolled(path, {}, 3000);
  const live = usePolled(path + '/live', {}, 3000);
  useLive({kind: 'job'}, node.reload, {throttle: 3000});
  return html`<${Page} title=${params.id} crumbs=${[{to: '/nodes', title: 'Nodes'}]} actions=${node.data && html`<${State} value=${node.data.state} /><${Drain} node=${node.data} onDone=${node.reload} />`}>
    <${Loaded} of=${node}>${found => html`
      <${Panel}><${Facts} items=${[
        ['Address', found.address], ['Roles', found.roles.join(', ')], ['Last heard', ago(found.heard_at)],
        ['Drained by', found.drained_by && html`<span class="actor">${found.drained_by}</span>`],
        ['Drained since', found.drain && ago(found.drain.since)], ['What runs may end until', found.drain?.deadline && time(found.drain.deadline)],
        ['Takes no work', found.takes_no_work && html`<span class="wait-text">${found.takes_no_work}</span>`],
        ['Running', html`<${Link} to=${jobsOf(found)}>${count(found.running.length)} ${found.running.length === 1 ? 'job' : 'jobs'}<//>`],
        ['Free on its volume', bytes(found.data_dir_free)], ['Starts processes by', live.data?.launcher], ['Results not yet taken note of', live.data?.unreported || null],
      ]} /><//>
      <${Panel} title="Reserved, used and free"><${Bins} node=${found} /><${BinLegend} /><//>
      <${Panel} title="What runs here" flush><${Attempts} node=${found} live=${live.data} /><//>
      <div class="grid">
        <${Panel} title="Tools" flush><${Tools} node=${found} /><//>
        <${Panel} title="Hosts from here" note="one transfer, lately" flush><${Speeds} node=${found} speeds=${live.data?.host_speeds || []} /><//>
      </div>`}<//>
  <//>`;
}

/** Jobs as the scheduler has them, with what the agent says of their attempts. */
function Attempts({node, live}) {
  const said = new Map((live?.attempts || []).map(attempt => [attempt.job, attempt]));
  const rows = node.jobs.map(job => ({...job, said: said.get(job.job) || {}}));
  return html`<${Table} label="What runs here" rowKey="job" source=${rows} columns=${ATTEMPTS} to=${job => '/jobs/' + job.job} exportName=${node.id + '-jobs'} height="40vh"
    empty=${html`<${Empty} title="Nothing runs here now" />`} />`;
}

const used = (now, reserved, format) => html`${format(now)} <span class="muted">of ${format(reserved)}</span>`;

const ATTEMPTS = [
  {key: 'job', title: 'Job', sort: true, render: job => html`<${Link} to=${'/jobs/' + job.job} title=${job.job}>${shortId(job.job)}<//>`},
  {key: 'role', title: 'Kind of work', sort: true},
  {key: 'attempt', title: 'Attempt', align: 'end', wide: true},
  {key: 'since', title: 'Since', sort: true, render: job => ago(job.since)},
  {key: 'cpu', title: 'Cpu reserved', align: 'end', sort: job => job.reserved.cpu, text: job => job.reserved.cpu, render: job => cpu(job.reserved.cpu)},
  {key: 'memory', title: 'Memory used', align: 'end', sort: job => job.used?.memory, text: job => job.used?.memory, render: job => used(job.used?.memory, job.reserved.memory, bytes)},
  {key: 'disk', title: 'Scratch used', align: 'end', wide: true, sort: job => job.used?.disk, text: job => job.used?.disk, render: job => used(job.used?.disk, job.reserved.disk, bytes)},
  {key: 'processes', title: 'Processes', wide: true, text: job => (job.said.processes || []).join(' '), render: job => (job.said.processes || []).join(' ') || '–'},
  {key: 'survey_id', title: 'Survey', wide: true, render: job => (job.survey_id ? html`<${Link} to=${'/surveys/' + job.survey_id}>${shortId(job.survey_id)}<//>` : '–')},
];

function Tools({node}) {
  const rows = Object.entries(node.tools).map(([name, version]) => ({name, version})).sort((a, b) => a.name.localeCompare(b.name));
  return html`<${Table} label="Tools" rowKey="name" source=${rows} columns=${[{key: 'name', title: 'Tool', sort: true}, {key: 'version', title: 'Version'}]} exportName=${node.id + '-tools'} height="40vh"
    empty=${html`<${Empty} title="It has said none yet" />`} />`;
}

function Speeds({node, speeds}) {
  return html`<${Table} label="Hosts from here" rowKey="host" source=${speeds} exportName=${node.id + '-hosts'} height="40vh" columns=${[
    {key: 'host', title: 'Host', sort: true, render: host => html`<${Link} to=${'/sources?host=' + encodeURIComponent(host.host)}>${host.host}<//>`},
    {key: 'bytes_per_second', title: 'Speed', align: 'end', sort: true, render: host => rate(host.bytes_per_second)},
    {key: 'measured_at', title: 'Measured', align: 'end', render: host => ago(host.measured_at)},
  ]} empty=${html`<${Empty} title="Nothing large enough came lately" />`} />`;
}

export const routes = [{path: '/nodes/{id}', title: 'Node', view: Node, nav: false}];
