// Sources.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Sources() {
  return html`<${Page} title="Sources"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/sources', title: 'Sources', view: Sources, nav: true}];
