/** A small four-legged robot: 12 driven joints, feet on a floor, numbers near those of a Go1. */
const leg = (name: string, x: number, y: number) => `
  <body name="${name}Hip" pos="${x} ${y} 0">
    <joint name="${name}Hip" axis="1 0 0" range="-.9 .9"/>
    <inertial pos="0 0 0" mass=".6" diaginertia=".0005 .0006 .0005"/>
    <body name="${name}Thigh" >
      <joint name="${name}Thigh" axis="0 1 0" range="-.7 2.6"/>
      <geom name="${name}Thigh" type="capsule" fromto="0 0 -.03 0 0 -.2" size=".02" mass=".9"/>
      <body name="${name}Calf" pos="0 0 -.213">
        <joint name="${name}Calf" axis="0 1 0" range="-2.7 -.9"/>
        <geom type="capsule" fromto="0 0 0 0 0 -.2" size=".012" mass=".2" contype="0" conaffinity="0"/>
        <geom name="${name}Foot" pos="0 0 -.213" size=".023" mass=".06"/>
      </body></body></body>`;

const legs = [leg("fr", 0.19, -0.13), leg("fl", 0.19, 0.13), leg("rr", -0.19, -0.13)].join("");

export const legJoints = ["fr", "fl", "rr", "rl"].flatMap((side) =>
  ["Hip", "Thigh", "Calf"].map((part) => side + part),
);
export const feet = ["frFoot", "flFoot", "rrFoot", "rlFoot"];
export const standingPose = [0, 0.8, -1.5, 0, 0.8, -1.5, 0, 0.8, -1.5, 0, 0.8, -1.5];
export const robotMassKg = 5.2 + 4 * (0.6 + 0.9 + 0.2 + 0.06);

/** The robot with its trunk held in the air. */
export const hung = (xml: string): string =>
  xml.replace("<freejoint/>", "").replace("0 0 .32", "0 0 1");

/** @param actuator of a joint */
export const quadruped = (
  actuator = (joint: string) => `<position joint="${joint}" kp="40" kv="2" forcerange="-24 24"/>`,
): string => `
  <compiler angle="radian"/>
  <default><joint armature=".01"/><geom contype="0" conaffinity="1" friction=".8 .005 .0001"/></default>
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" contype="1"/>
    <body name="trunk" pos="0 0 .32"><freejoint/>
      <geom name="trunk" type="box" size=".19 .05 .06" mass="5.2"/>
      ${legs}${leg("rl", -0.19, 0.13)}
    </body>
  </worldbody>
  <actuator>${legJoints.map(actuator).join("")}</actuator>`;
