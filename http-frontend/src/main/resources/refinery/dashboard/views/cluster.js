// The cluster: members, what there is once, shards, and what is still recovering.
import {html} from '../lib/html.js';
import {Link} from '../lib/router.js';
import {Table} from '../lib/table.js';
import {State} from '../lib/states.js';
import {count} from '../lib/format.js';
import {Loaded, Page, Panel} from '../lib/ui.js';
import {Mark, usePolled} from './machines.js';

const nodeOr = (node, address) => (node ? html`<${Link} to=${'/nodes/' + node} title=${address}>${node}<//>` : address ?? '–');

function Cluster() {
  const cluster = usePolled('/cluster', {}, 5000);
  return html`<${Page} title="Cluster" lead="The members as the node that answers sees them, and where the entities of surveys, batches and jobs live.">
    <${Loaded} of=${cluster}>${found => html`
      <div class=${found.recovery.in_progress ? 'notice wait' : 'notice good'} role="status">
        ${found.recovery.in_progress ? html`<p><span aria-hidden="true">◔</span> <strong>Recovering:</strong></p><ul>${found.recovery.reasons.map(reason => html`<li key=${reason}>${reason}</li>`)}</ul>`
          : html`<p><span aria-hidden="true">✓</span> Every member is up and reachable, and the scheduler knows what runs.</p>`}</div>
      <${Panel} title="Members" note="the oldest first" flush><${Table} label="Members" rowKey="address" source=${found.members} columns=${MEMBERS} exportName="members" height="50vh" /><//>
      <${Panel} title="There is one of each" note="on the oldest member with the role control">
        <ul class="stack tight">${found.singletons.map(one => html`<li key=${one.name}><strong>${one.name}</strong> on ${nodeOr(one.node, one.address)}</li>`)}</ul><//>
      <${Panel} title="Shards" note="entities in memory; each shard is on one node">${found.shards.length > 0 && html`<${Shards} shards=${found.shards} members=${found.members} />`}<//>`}<//>
  <//>`;
}

const MEMBERS = [
  {key: 'node', title: 'Node', render: member => nodeOr(member.node, member.address), text: member => member.node},
  {key: 'address', title: 'Address', sort: true, wide: true},
  {key: 'status', title: 'Status', sort: true, render: member => (member.reachable && member.status !== 'up' ? html`<${Mark} value=${member.status} />` : html`<${State} value=${member.reachable ? 'up' : 'unreachable'} />`)},
  {key: 'age_rank', title: 'Age', align: 'end', sort: true, render: member => (member.age_rank === 1 ? 'oldest' : `${member.age_rank}.`)},
  {key: 'duties', title: 'Duties', text: member => [...(member.leader ? ['leader'] : []), ...member.singletons].join(' '),
    render: member => [...(member.leader ? ['leader'] : []), ...member.singletons, ...(member.self ? ['answers this page'] : [])].join(', ') || '–'},
  {key: 'roles', title: 'Roles', text: member => member.roles.join(' '), render: member => member.roles.join(', '), wide: true},
];

function Shards({shards, members}) {
  const addresses = members.map(member => member.address);
  const at = (kind, address) => kind.regions.find(region => region.address === address);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Shards by kind and node"><table class="plain">
    <thead><tr><th scope="col">Kind</th><th scope="col" class="number">Entities</th><th scope="col" class="number">Shards</th>
      ${members.map(member => html`<th scope="col" class="number" key=${member.address}>${nodeOr(member.node, member.address)}</th>`)}</tr></thead>
    <tbody>${shards.map(kind => html`<tr key=${kind.type}><th scope="row">${kind.type}</th>
      <td class="number">${kind.answered ? count(kind.entities) : html`<span class="wait-text">no answer</span>`}</td>
      <td class="number">${count(kind.shards)}${kind.unanswered > 0 && html` <span class="wait-text">${count(kind.unanswered)} unanswered</span>`}</td>
      ${addresses.map(address => { const region = at(kind, address);
        return html`<td class="number" key=${address}>${region ? html`${count(region.entities)} <span class="muted">in ${count(region.shards)}</span>` : '–'}</td>`; })}</tr>`)}</tbody></table></div>`;
}

export const routes = [{path: '/cluster', title: 'Cluster', view: Cluster, nav: true}];
