// Compare.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Compare() {
  return html`<${Page} title="Compare"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/compare', title: 'Compare', view: Compare, nav: true}];
