# docker build -t recommend .
# docker run --rm -v "$PWD:/data" --user "$(id -u):$(id -g)" recommend -u ratings.csv -i movies.csv -o recs.csv

FROM node:24-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm pack --pack-destination /tmp

FROM node:24-slim
COPY --from=build /tmp/recommend-cli-*.tgz /tmp/
RUN npm install --global --no-audit --no-fund /tmp/recommend-cli-*.tgz && npm cache clean --force && rm /tmp/recommend-cli-*.tgz
USER node
WORKDIR /data
ENTRYPOINT ["recommend"]
