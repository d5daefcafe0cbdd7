/** The words of the card that keeps the site on this device. */
export const words = {
  title: 'Without a connection',
  text: 'After your first visit the pages open without a connection, and so does all that you have run before. Everything can be kept as well: the engine in all its forms, and every teacher.',
  keep: 'Keep everything here',
  busy: 'Keeping everything',
  nothing: 'Nothing is kept yet.',
  some: (kept: string, all: string) => `${kept} of ${all} are kept on this device.`,
  whole: 'Everything is kept: this site works without a connection.',
  failed: 'Not everything could be kept. Check the connection and the room on this device, and press again.',
  impossible: 'This browser keeps nothing here. For a room without a connection, take the zip of the site.',
  refused: 'Nothing is kept, because the address of this page says so (nosw).',
  remove: 'Remove what is kept',
};
