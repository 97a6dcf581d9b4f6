/** How nginx passes upgrades on. */
export const nginxUpgrade = `# nginx
location / {
    proxy_pass http://127.0.0.1:10401;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host $host;
    proxy_read_timeout 600s;
}`;

/** How nginx tells who asks, and for what. */
export const nginxForwarded = `# nginx
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Forwarded-Host $http_host;

# the gateway: whose word is taken
heliograph serve --http.trusted_proxies=loopback`;

/** How nginx passes events on as they come. */
export const nginxEvents = `# nginx
location /api/v1/streams/ {
    proxy_pass http://127.0.0.1:10401;
    proxy_http_version 1.1;
    proxy_buffering off;
    gzip off;
    proxy_read_timeout 600s;
}`;

/** How a process gets more open files. */
export const openFiles = `# systemd: systemctl edit heliograph
[Service]
LimitNOFILE=65535

# Docker: docker run --ulimit nofile=65535:65535 ...

# /etc/security/limits.conf
* soft nofile 65535
* hard nofile 65535`;

/** How the clock is kept right. */
export const clockSync = `timedatectl set-ntp true
timedatectl status     # "System clock synchronized: yes"`;
