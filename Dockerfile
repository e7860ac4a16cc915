# Builds threatsheet and puts the one binary into a small image.
#   docker build -t threatsheet .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" threatsheet convert diagram.drawio
FROM rust:1.95-slim AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist

FROM debian:stable-slim
COPY --from=build /src/target/dist/threatsheet /usr/local/bin/threatsheet
WORKDIR /data
USER nobody
ENTRYPOINT ["threatsheet"]
