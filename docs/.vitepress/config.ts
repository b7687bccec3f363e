import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const snippets = fileURLToPath(new URL('../snippets', import.meta.url));

export default defineConfig({
  title: 'Tidemark',
  description: 'Event sourcing for TypeScript, inside your own process',
  cleanUrls: true,
  srcExclude: ['snippets/**', 'test/**'],
  // The pages link to the programs that their pieces are from.
  buildEnd: ({ outDir }) => fs.cpSync(snippets, path.join(outDir, 'snippets'), { recursive: true }),
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'Architecture', link: '/ARCHITECTURE' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: [
          { text: 'Overview', link: '/overview' },
          { text: 'Getting started', link: '/guide/getting-started' },
          { text: 'Events', link: '/guide/events' },
          { text: 'Commands and aggregates', link: '/guide/commands' },
          { text: 'Deciders', link: '/guide/deciders' },
          { text: 'Read models', link: '/guide/read-models' },
          { text: 'Live projections', link: '/guide/live-projections' },
          { text: 'Following the log', link: '/guide/following' },
          { text: 'From one file to a cluster', link: '/guide/eventstoredb' },
          { text: 'Moving a log', link: '/guide/moving' },
          { text: 'In production', link: '/guide/production' },
          { text: 'Deleting, and personal data', link: '/guide/deleting' },
          { text: 'Testing', link: '/guide/testing' },
          { text: 'Testing consumers', link: '/guide/testing-consumers' },
          { text: 'Compared with others', link: '/guide/comparison' },
        ],
      },
      {
        text: 'Design',
        items: [
          { text: 'Architecture', link: '/ARCHITECTURE' },
          { text: 'Decisions', link: '/DECISIONS' },
        ],
      },
      {
        text: 'API',
        items: [
          { text: '@tidemark/core', link: '/api/@tidemark/core/' },
          { text: '@tidemark/sqlite', link: '/api/@tidemark/sqlite/' },
          { text: '@tidemark/eventstoredb', link: '/api/@tidemark/eventstoredb/' },
          { text: '@tidemark/testing', link: '/api/@tidemark/testing/' },
        ],
      },
    ],
  },
});
