/** Plot puts a style element into each chart, which the content security policy would refuse; `charts.css` has its rules. */
export function tidy(chart: unknown): SVGSVGElement {
  const svg = chart as SVGSVGElement;
  svg.querySelectorAll('style').forEach((style) => style.remove());
  // Groups without a role must not have names; the place of the chart has one, and the chart in words.
  svg.querySelectorAll('[aria-label]').forEach((part) => part.removeAttribute('aria-label'));
  svg.setAttribute('class', 'plot');
  svg.removeAttribute('style');
  return svg;
}
