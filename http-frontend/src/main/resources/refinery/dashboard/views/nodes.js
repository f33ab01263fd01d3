// Nodes.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Nodes() {
  return html`<${Page} title="Nodes"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/nodes', title: 'Nodes', view: Nodes, nav: true}];
