import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  define: { SHIPPED: '[]', MEASURED: JSON.stringify({ references: {}, built: { date: '2026-01-01', version: '0' } }) },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // Style sheets are empty to tests unless named: the colours are held against what contrast asks for.
    css: { include: [/base\.css/] },
  },
});
