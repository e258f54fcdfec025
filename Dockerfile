# A static bbdoctor and nothing else but the certificates that `bbdoctor publish` trusts servers by.
#   docker build -t bbdoctor .
#   docker run --rm -v "$PWD":/work bbdoctor check
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=0.1.0
RUN CGO_ENABLED=0 go build -trimpath -tags urfave_cli_no_docs -ldflags "-s -w -X main.version=${VERSION}" -o /bbdoctor ./cmd/bbdoctor

# docker build --target pipe: the image of pipe.yml.
FROM debian:stable-slim AS pipe
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /bbdoctor /usr/bin/bbdoctor
COPY .ci/pipe /usr/bin/bbdoctor-pipe
ENTRYPOINT ["/usr/bin/bbdoctor-pipe"]

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /bbdoctor /bbdoctor
# nobody; the files to check need to be readable by others, or the container runs as their owner (--user).
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/bbdoctor"]
CMD ["check"]
