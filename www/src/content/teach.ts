/** The words of the page for teachers. */
export const words = {
  eyebrow: 'For teachers',
  headline: 'Bring the experiments into your course',
  lede: 'Four experiments, three lesson plans, and a frame for your own course page. No accounts, nothing to install; what pupils do stays on their device.',
  what: {
    title: 'What is there',
    items: [
      { href: './index.html', name: 'The explainer', text: 'What was claimed about copied models, by whom, and what an experiment says to it. It reads without scripts and prints as a paper.' },
      { href: './lab.html', name: 'The lab', text: 'Every experiment and every setting. Its address holds the settings and the seed: hand out the link, and everybody starts from the same state. Charts are saved as pictures and as CSV.' },
      { href: '#build', name: 'The frame', text: 'One experiment for a page of your own. You choose what is shown and what may be changed.' },
    ],
  },
  lessons: {
    title: 'Lesson plans',
    text: 'Aims, timing, steps with links that open the right state, questions with answers, and a worksheet to print.',
  },
  build: {
    title: 'Build a frame',
    text: 'Choose, look at the preview, and copy one line into your page. A link opens the same by itself.',
    figures: 'Charts',
    parts: 'What is shown',
    settings: 'Settings of the experiment',
    open: 'What readers may change',
    html: 'For the source of your page',
    copyHtml: 'Copy the line',
    link: 'As a link',
    copyLink: 'Copy the link',
    byHand: 'Select the text and copy it by hand.',
    messages: 'The frame tells your page its height and its results, if your page listens: docs/embed.md in the source says how.',
    preview: 'Preview',
    live: 'This is the frame itself: press Start to try it.',
  },
  room: {
    title: 'Before the lesson',
    items: [
      'Open the experiment once on the machines that will be used, and let it run there: an old processor takes longer than a new one.',
      'A browser with WebGPU computes on the graphics card, others on the processor. Where neither works, a recorded run is played, and the page says so.',
      'The same link gives the same experiment, not the same digits: devices round differently. Tell your class before they compare.',
      'One run is an anecdote. Let groups take different seeds and put their figures together.',
    ],
  },
};
