/** In place of d3-transition, of which d3-brush needs no more: nothing on the page moves by itself. */
export const interrupt = (): void => undefined;
