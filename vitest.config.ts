import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@millrace/source', 'node', 'import'] },
  ssr: { resolve: { conditions: ['@millrace/source', 'node', 'import'] } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 20_000,
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts'],
      tsconfig: './tsconfig.test.json',
    },
    coverage: { include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.test-d.ts'] },
  },
});
