/** Entry of the worker threads that train with PPO. */
import { ppoLearner } from "./ppo-learner.js";
import { serveTraining } from "./train-worker.js";

serveTraining(ppoLearner);
