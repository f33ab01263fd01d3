// Jobs.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Jobs() {
  return html`<${Page} title="Jobs"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/jobs', title: 'Jobs', view: Jobs, nav: true}];
