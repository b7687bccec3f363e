import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'Tidemark',
  description: 'Event sourcing for TypeScript, inside your own process',
  cleanUrls: true,
  srcExclude: ['snippets/**', 'test/**'],
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
          { text: 'Testing', link: '/guide/testing' },
          { text: 'Testing consumers', link: '/guide/testing-consumers' },
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
          { text: '@tidemark/testing', link: '/api/@tidemark/testing/' },
        ],
      },
    ],
  },
});
