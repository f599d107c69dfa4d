// The image's health check: exit code 0 when GET PATH on this container's own port answers 200.
const http = require('node:http');

const path = process.argv[2];
const request = http.get({ host: '127.0.0.1', port: process.env.PORT, path, timeout: 2000 }, (response) => {
  response.pipe(process.stdout);
  response.on('end', () => process.exit(response.statusCode === 200 ? 0 : 1));
});
request.on('timeout', () => request.destroy(new Error('no answer within 2 s')));
request.on('error', (error) => {
  console.log(error.message);
  process.exit(1);
});
