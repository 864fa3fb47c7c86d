#!/bin/bash
# Installs the idle stop at each start of the notebook instance; only the volume below /home/ec2-user/SageMaker outlives
# a stop. SageMaker runs this as root, for 5 minutes at most.
set -euo pipefail
root="${ML_LOOP_ROOT:-}" # empty but in tests

# Root owns the script and the timer, so that nobody takes them away; what runs is the notebook's own user, for the
# Python that has boto3 may lie in that user's home, and as root it would be that user's way to root.
python=""
for candidate in /home/ec2-user/anaconda3/envs/JupyterSystemEnv/bin/python /home/ec2-user/anaconda3/bin/python /usr/bin/python3; do
  if [ -z "$python" ] && runuser -u ec2-user -- "$candidate" -c 'import boto3' 2>/dev/null; then python="$candidate"; fi
done
if [ -z "$python" ]; then
  echo "No Python with boto3 is on this instance, so that it could not be stopped when idle." >&2
  exit 1
fi

install -d -m 755 "$root/opt/ml-loop" "$root/etc/systemd/system"
cat >"$root/opt/ml-loop/idle_stop.py" <<'IDLE_STOP'
@IDLE_STOP_PY@
IDLE_STOP
chmod 644 "$root/opt/ml-loop/idle_stop.py"

cat >"$root/etc/systemd/system/idle-stop.service" <<UNIT
[Unit]
Description=Stop this notebook instance if it is idle

[Service]
Type=oneshot
User=ec2-user
RuntimeDirectory=idle-stop
RuntimeDirectoryPreserve=yes
ExecStart=$python -I /opt/ml-loop/idle_stop.py --minutes @IDLE_STOP_MINUTES@ --state /run/idle-stop/last-use
UNIT

cat >"$root/etc/systemd/system/idle-stop.timer" <<'UNIT'
[Timer]
OnActiveSec=2min
OnUnitInactiveSec=2min

[Install]
WantedBy=timers.target
UNIT

systemctl daemon-reload
systemctl enable --now idle-stop.timer
