#!/bin/bash
#SBATCH --job-name=scalelab-sample-1f2e3d4c
#SBATCH --array=0-0
#SBATCH --output=/shared/out/sample/slurm/1f2e3d4c/%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@120
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --gres=gpu:a100:1
#SBATCH --constraint=nvlink
#SBATCH --qos=high
#SBATCH --mem=16G

export OMP_NUM_THREADS='1'
export SCALELAB_DATA='/shared/user'\''s data'

cd '/shared/out/sample' || exit 66
job='slurm/1f2e3d4c'
task=$SLURM_ARRAY_TASK_ID
self=${SLURM_ARRAY_JOB_ID}_$task
rm -f "$job/$task.exit"

# Line k of 'tasks' names the runs of task k. What has a result is not trained again.
mapfile -t lines < "$job/tasks"
read -r -a runs <<< "${lines[task]}"

# Before the time limit or a preemption: a checkpoint, and exit code 75; 143 from a runner that had hardly begun.
stopped=
runner=
trap 'stopped=1; [ -z "$runner" ] || kill -TERM "$runner" 2> /dev/null' TERM USR1
'/shared/scalelab/scalelab-runner' run "${runs[@]/#/runs/}" &
runner=$!
[ -z "$stopped" ] || kill -TERM "$runner" 2> /dev/null
wait "$runner"
code=$?
while [ -n "$stopped" ]; do
    stopped=
    wait "$runner"
    code=$?
done

# Back into the queue, whatever the site does with jobs that it preempts. A job that was cancelled is not RUNNING any more.
if [[ $code = 75 || $code = 143 ]] && [ ! -e "$job/cancelled" ] && [ "$(squeue -h -j "$self" -o %T)" = RUNNING ] && scontrol requeue "$self"; then
    exit 0
fi
echo "$code" > "$job/$task.exit"
exit "$code"
