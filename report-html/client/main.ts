import type { ModelCliffs, ModelLayers, ModelReport, PageData } from '../contract.js';
import { datasetOf } from '../dataset.js';
import { acceleratorsView } from './accelerators.js';
import { accuracyView } from './accuracy.js';
import { choicesView } from './choices.js';
import { cliffsView } from './cliffs.js';
import { controlsView } from './controls.js';
import { chooser, html } from './dom.js';
import { layersView } from './layers.js';
import { scatterView } from './scatter.js';
import { createStore } from './store.js';
import { tableView } from './table.js';

/** Undoes base64 and deflate. */
const inflate = async (text: string): Promise<Uint8Array> => {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const unpack = async (text: string): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode(await inflate(text)));

const main = document.getElementById('report')!;
const fixed = [...main.querySelectorAll('section')];
const spoken = html('p', { class: 'unseen', 'aria-live': 'polite', id: 'spoken' });
const say = (text: string): void => void (spoken.textContent = text);

/** Shows one model: what could be read without a program makes room for the parts of the page. */
const show = async (page: PageData, model: ModelReport): Promise<void> => {
  const at = page.models.indexOf(model);
  const data = await datasetOf(model, inflate);
  const layers = (await unpack(page.layers[at]!)) as ModelLayers;
  const cliffs = (await unpack(page.cliffs[at]!)) as ModelCliffs;
  const store = createStore({ page, data, layers, cliffs, say });
  const accuracy = accuracyView(store);
  const models = page.models.map(({ name }, i) => [String(i), name] as const);
  const choose = chooser(
    'model',
    models,
    String(at),
    (value) => void show(page, page.models[Number(value)]!),
  );
  main.replaceChildren(
    ...(models.length > 1 ? [choose] : []),
    ...[...fixed[at]!.children].filter((child) => child.matches('h2, p')),
    controlsView(store),
    scatterView(store),
    choicesView(store),
    layersView(store),
    acceleratorsView(store),
    cliffsView(store),
    ...(accuracy === undefined ? [] : [accuracy]),
    tableView(store),
    spoken,
  );
  const { dataset } = document.documentElement;
  requestAnimationFrame(() => requestAnimationFrame(() => (dataset['ready'] = model.name)));
};

const page = JSON.parse(document.getElementById('data')!.textContent) as PageData;
void show(page, page.models[0]!);
