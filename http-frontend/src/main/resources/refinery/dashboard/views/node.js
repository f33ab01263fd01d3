// Node.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Node() {
  return html`<${Page} title="Node"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/nodes/{id}', title: 'Node', view: Node, nav: false}];
