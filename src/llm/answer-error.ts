import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import type { ChatAnswer } from "./chat.js";

/** An answer that came, and was paid for, but cannot be used: empty, or cut short. */
export class AnswerError extends RewardsmithError {
  readonly answer: ChatAnswer;

  constructor(
    code: ErrorCode,
    message: string,
    answer: ChatAnswer,
    details: ConstructorParameters<typeof RewardsmithError>[2] = {},
  ) {
    super(code, message, details);
    this.answer = answer;
  }
}
