// Installs the browser of `npm run test:browser`.

import { installPackages } from './install-packages.js';

installPackages({ chromium: 'chromium' }, 'pages are NOT TESTED');
