import './zod-settings.js'; // before anything that makes a schema
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { makeQueryClient } from './api/query-client.js';
import { makeRouter } from './app/router.js';
import { initTheme } from './app/theme.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/content.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/home.css';
import './styles/leaderboard.css';
import './styles/evidence.css';
import './styles/algorithm.css';
import './styles/runs.css';
import './styles/submit.css';
import './styles/case.css';
import './styles/accounts.css';
import './styles/datasets.css';
import './styles/about.css';
import './styles/narrow.css';

initTheme();
const client = makeQueryClient();
const router = makeRouter(client);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root to mount the pages in');

document.head.querySelector('title')?.remove(); // pages bring their own; of two titles the first would win
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
