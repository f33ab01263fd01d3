// Cluster.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Cluster() {
  return html`<${Page} title="Cluster"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/cluster', title: 'Cluster', view: Cluster, nav: true}];
